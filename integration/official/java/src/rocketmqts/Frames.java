package rocketmqts;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
            for (String name : requestVariants(encoding)) {
                for (String form : row.request.body.forms()) request(encoding, new Variant(name, seed), form);
            }
            for (String name : variants(row.response.header, row.response.body)) {
                for (String form : row.response.body.forms()) success(encoding, new Variant(name, seed), form);
            }
            for (Map.Entry<String, Integer> other : OTHER_SUCCESSES.getOrDefault(row.name, Map.of()).entrySet()) {
                otherSuccess(encoding, other.getKey(), other.getValue());
            }
            error(encoding, "error", ResponseCode.SYSTEM_ERROR, "the broker says why, with a \"quote\"");
            error(encoding, "error-unicode", ResponseCode.NO_PERMISSION, "主题 orders 🚫 не разрешено\n<&>");
        }
        return recorded;
    }

    /** The binary header has 16 bits for the code. */
    private String[] requestVariants(SerializeType encoding) {
        boolean fits = encoding != SerializeType.ROCKETMQ || row.code() <= Short.MAX_VALUE;
        return fits ? variants(row.request.header, row.request.body) : new String[0];
    }

    static String[] variants(Class<? extends CommandCustomHeader> header, Body body) {
        if (body == Body.NONE && (header == null || BeanFields.all(header).isEmpty())) return BARE_VARIANTS;
        List<String> chosen = new ArrayList<>();
        for (String name : VARIANTS) {
            boolean says = !name.equals("empty") && !name.equals("beyond") && !name.equals("below");
            if (says || header != null && (name.equals("empty") ? Filler.hasOptionalText(header) : Filler.hasLong(header))) chosen.add(name);
        }
        return chosen.toArray(new String[0]);
    }

    private void request(SerializeType encoding, Variant variant, String form) throws Exception {
        CommandCustomHeader header = row.request.header == null ? null : new Filler(variant).header(row.request.header);
        byte[] body = row.request.body.write(form, variant, header);
        RemotingCommand command = RemotingCommand.createRequestCommand(row.code(), header);
        if (row.oneway.equals("always") || row.oneway.equals("sometimes") && variant.is("seeded")) command.markOnewayRPC();
        besideFields(command, row.request);
        command.setBody(body);
        add(name(variant, form), "request", encoding, variant, command, row.request.header, row.request.body);
    }

    private void success(SerializeType encoding, Variant variant, String form) throws Exception {
        RemotingCommand command = answer(ResponseCode.SUCCESS, variant.is("unicode") ? variant.text("remark") : null, variant);
        command.setBody(row.response.body.write(form, variant, command.readCustomHeader()));
        besideFields(command, row.response);
        add(name(variant, form), "response", encoding, variant, command, row.response.header, row.response.body);
    }

    private void otherSuccess(SerializeType encoding, String name, int code) throws Exception {
        Variant variant = new Variant("plain", seed);
        add(name, "response", encoding, variant, answer(code, "OFFSET_OVERFLOW_ONE", variant), row.response.header, row.response.body);
    }

    private void error(SerializeType encoding, String name, int code, String remark) throws Exception {
        Variant variant = new Variant("plain", seed);
        add(name, "response", encoding, variant, RemotingCommand.createResponseCommand(code, remark), null, Body.NONE);
    }

    private RemotingCommand answer(int code, String remark, Variant variant) throws Exception {
        if (row.response.header == null) return RemotingCommand.createResponseCommand(code, remark);
        RemotingCommand command = RemotingCommand.createResponseCommand(code, remark, row.response.header);
        command.writeCustomHeader(new Filler(variant).header(row.response.header));
        return command;
    }

    /** What upstream puts beside a header's own fields (as broker/processor/SendMessageProcessor, ClientManageProcessor do). */
    private static void besideFields(RemotingCommand command, Side side) {
        side.beside.forEach((wire, type) -> command.addExtField(wire, type.equals("bool") ? "true" : PlainValues.text(wire, 0)));
    }

    private static String name(Variant variant, String form) {
        return form.isEmpty() ? variant.name : variant.name + "-" + form;
    }

    private void add(String name, String side, SerializeType encoding, Variant variant, RemotingCommand command,
        Class<? extends CommandCustomHeader> header, Body body) throws Exception {
        recorded.add(recorded(name, side, encoding, variant, command, header, body, row.code(), row.direction));
    }

    static Map<String, Object> recorded(String name, String side, SerializeType encoding, Variant variant, RemotingCommand command,
        Class<? extends CommandCustomHeader> header, Body body, int code, String direction) throws Exception {
        command.setOpaque(variant.int32(7));
        command.setSerializeTypeCurrentRPC(encoding);
        if (variant.is("seeded")) command.setLanguage(LanguageCode.values()[variant.choice(LanguageCode.values().length)]);
        byte[] frame = bytesOf(command.encode());
        Map<String, Object> record = new LinkedHashMap<>();
        record.put("name", name);
        record.put("code", code);
        record.put("direction", direction);
        record.put("side", side);
        record.put("encoding", encoding.name());
        record.put("class", header == null ? null : header.getSimpleName());
        record.put("decoded", Frames.decoded(frame, header, body));
        record.put("sha256", Hex.sha256(frame));
        record.put("frameHex", Hex.of(frame));
        return record;
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
