package rocketmqts;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.rocketmq.remoting.CommandCustomHeader;
import org.apache.rocketmq.remoting.protocol.LanguageCode;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;
import org.apache.rocketmq.remoting.protocol.ResponseCode;
import org.apache.rocketmq.remoting.protocol.SerializeType;

/** Every frame of one request: what the official classes write, and what they read back from it. */
final class Frames {
    private static final String[] VARIANTS = {"plain", "unicode", "sparse", "empty", "lowest", "highest", "beyond", "below", "seeded"};
    private static final String[] BARE_VARIANTS = {"plain", "seeded"};
    private static final Set<String> ONEWAY = Set.of("NOTIFY_CONSUMER_IDS_CHANGED", "UPDATE_CONSUMER_OFFSET", "BROKER_HEARTBEAT");
    /** Answers that are no failure although their code is not 0. */
    private static final Map<String, Map<String, Integer>> OTHER_SUCCESSES = Map.of(
        "PULL_MESSAGE", new TreeMap<>(Map.of("not-found", ResponseCode.PULL_NOT_FOUND, "retry-immediately", ResponseCode.PULL_RETRY_IMMEDIATELY,
            "offset-moved", ResponseCode.PULL_OFFSET_MOVED)),
        "SEND_MESSAGE_V2", new TreeMap<>(Map.of("flush-disk-timeout", ResponseCode.FLUSH_DISK_TIMEOUT, "flush-slave-timeout", ResponseCode.FLUSH_SLAVE_TIMEOUT,
            "slave-not-available", ResponseCode.SLAVE_NOT_AVAILABLE)));

    private final Row row;
    private final long seed;
    private final List<Map<String, Object>> recorded = new ArrayList<>();

    Frames(Row row, long seed) {
        this.row = row;
        this.seed = seed ^ row.name.hashCode();
    }

    List<Map<String, Object>> record() throws Exception {
        for (SerializeType encoding : SerializeType.values()) {
            for (String name : variants(row.requestHeader, row.requestBody)) {
                for (String form : row.requestBody.forms()) request(encoding, new Variant(name, seed), form);
            }
            for (String name : variants(row.responseHeader, row.responseBody)) {
                for (String form : row.responseBody.forms()) success(encoding, new Variant(name, seed), form);
            }
            for (Map.Entry<String, Integer> other : OTHER_SUCCESSES.getOrDefault(row.name, Map.of()).entrySet()) {
                otherSuccess(encoding, other.getKey(), other.getValue());
            }
            error(encoding, "error", ResponseCode.SYSTEM_ERROR, "the broker says why, with a \"quote\"");
            error(encoding, "error-unicode", ResponseCode.NO_PERMISSION, "主题 orders 🚫 не разрешено\n<&>");
        }
        return recorded;
    }

    private static String[] variants(Class<? extends CommandCustomHeader> header, Body body) {
        if (body == Body.NONE && (header == null || BeanFields.all(header).isEmpty())) return BARE_VARIANTS;
        List<String> chosen = new ArrayList<>();
        for (String name : VARIANTS) {
            boolean says = !name.equals("empty") && !name.equals("beyond") && !name.equals("below");
            if (says || header != null && (name.equals("empty") ? Filler.hasOptionalText(header) : Filler.hasLong(header))) chosen.add(name);
        }
        return chosen.toArray(new String[0]);
    }

    private void request(SerializeType encoding, Variant variant, String form) throws Exception {
        CommandCustomHeader header = row.requestHeader == null ? null : new Filler(variant).header(row.requestHeader);
        byte[] body = row.requestBody.write(form, variant, header);
        RemotingCommand command = RemotingCommand.createRequestCommand(row.code(), header);
        if (ONEWAY.contains(row.name)) command.markOnewayRPC();
        command.setBody(body);
        add(name(variant, form), "request", encoding, variant, command, row.requestHeader, row.requestBody);
    }

    private void success(SerializeType encoding, Variant variant, String form) throws Exception {
        RemotingCommand command = answer(ResponseCode.SUCCESS, variant.is("unicode") ? variant.text("remark") : null, variant);
        command.setBody(row.responseBody.write(form, variant, command.readCustomHeader()));
        if (row.name.startsWith("SEND_")) sendAnswerFields(command);
        if (row.name.equals("HEART_BEAT")) heartbeatAnswerFields(command);
        add(name(variant, form), "response", encoding, variant, command, row.responseHeader, row.responseBody);
    }

    private void otherSuccess(SerializeType encoding, String name, int code) throws Exception {
        Variant variant = new Variant("plain", seed);
        add(name, "response", encoding, variant, answer(code, "OFFSET_OVERFLOW_ONE", variant), row.responseHeader, row.responseBody);
    }

    private void error(SerializeType encoding, String name, int code, String remark) throws Exception {
        Variant variant = new Variant("plain", seed);
        add(name, "response", encoding, variant, RemotingCommand.createResponseCommand(code, remark), null, Body.NONE);
    }

    private RemotingCommand answer(int code, String remark, Variant variant) throws Exception {
        if (row.responseHeader == null) return RemotingCommand.createResponseCommand(code, remark);
        RemotingCommand command = RemotingCommand.createResponseCommand(code, remark, row.responseHeader);
        command.writeCustomHeader(new Filler(variant).header(row.responseHeader));
        return command;
    }

    /** The broker puts these beside the header's own fields (broker/processor/SendMessageProcessor, ClientManageProcessor). */
    private static void sendAnswerFields(RemotingCommand command) {
        command.addExtField("MSG_REGION", "DefaultRegion");
        command.addExtField("TRACE_ON", "true");
    }

    private static void heartbeatAnswerFields(RemotingCommand command) {
        if (Release.NAME.startsWith("4.")) return;
        command.addExtField("IS_SUPPORT_HEART_BEAT_V2", "true");
        command.addExtField("IS_SUB_CHANGE", "true");
    }

    private static String name(Variant variant, String form) {
        return form.isEmpty() ? variant.name : variant.name + "-" + form;
    }

    private void add(String name, String side, SerializeType encoding, Variant variant, RemotingCommand command,
        Class<? extends CommandCustomHeader> header, Body body) throws Exception {
        command.setOpaque(variant.int32(7));
        command.setSerializeTypeCurrentRPC(encoding);
        if (variant.is("seeded")) command.setLanguage(LanguageCode.values()[variant.choice(LanguageCode.values().length)]);
        byte[] frame = bytesOf(command.encode());
        Map<String, Object> record = new LinkedHashMap<>();
        record.put("name", name);
        record.put("code", row.code());
        record.put("direction", row.direction);
        record.put("side", side);
        record.put("encoding", encoding.name());
        record.put("class", header == null ? null : header.getSimpleName());
        record.put("decoded", Frames.decoded(frame, header, body));
        record.put("sha256", Hex.sha256(frame));
        record.put("frameHex", Hex.of(frame));
        recorded.add(record);
    }

    static byte[] bytesOf(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    /** What the official classes read from a whole frame. */
    static Map<String, Object> decoded(byte[] frame, Class<? extends CommandCustomHeader> headerClass, Body body) throws Exception {
        RemotingCommand command = RemotingCommand.decode(ByteBuffer.wrap(frame, 4, frame.length - 4));
        CommandCustomHeader header = headerClass == null ? null : command.decodeCommandCustomHeader(headerClass);
        Map<String, Object> decoded = new LinkedHashMap<>();
        decoded.put("code", command.getCode());
        decoded.put("language", command.getLanguage() == null ? null : command.getLanguage().name());
        decoded.put("version", command.getVersion());
        decoded.put("opaque", command.getOpaque());
        decoded.put("flag", command.getFlag());
        decoded.put("remark", command.getRemark());
        decoded.put("extFields", command.getExtFields() == null ? null : new TreeMap<>(command.getExtFields()));
        decoded.put("header", header == null ? null : Described.header(header));
        decoded.put("body", command.getBody() == null ? null : body.read(command.getBody(), header));
        return decoded;
    }
}
