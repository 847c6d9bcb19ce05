package rocketmqts;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.rocketmq.acl.common.AclClientRPCHook;
import org.apache.rocketmq.acl.common.SessionCredentials;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;
import org.apache.rocketmq.remoting.protocol.header.PullMessageRequestHeader;
import org.apache.rocketmq.remoting.protocol.header.SendMessageRequestHeaderV2;

/** Requests as the hook of official clients signs them. */
final class Signatures {
    private static final String ACCESS_KEY = "rocketmq-ts";
    private static final String SECRET_KEY = "12345678";

    private final List<Map<String, Object>> recorded = new ArrayList<>();

    private Signatures() {
    }

    static List<Map<String, Object>> record() {
        Signatures signatures = new Signatures();
        signatures.all();
        return signatures.recorded;
    }

    private void all() {
        add("nothing but who asks", null, fields(), null);
        add("security token", "token-1/+=", fields("topic", "orders"), null);
        add("body", null, fields("topic", "orders"), Records.utf8("{\"id\":\"o-1\"}"));
        add("empty body", null, fields("topic", "orders"), new byte[0]);
        add("every byte", null, fields("topic", "orders"), everyByte());
        add("Chinese and emoji", null, fields("topic", "订单", "客户", "张三 🍣", "tag", "é"), Records.utf8("正文 🍣"));
        add("empty value", null, fields("a", "", "b", "x", "topic", ""), null);
        add("null value", null, fields("a", null, "b", "x"), null);
        add("order of names", null, fields("b", "1", "B", "2", "a", "3", "A", "4", "Z", "5", "_", "6", "0", "7", "é", "8", "中", "9", "🍣", "10", "ﬀ", "11"), null);
        add("a signature from before", null, fields("topic", "orders", "Signature", "old"), null);
        add("long values", null, fields("i", "p".repeat(30000)), Records.utf8("x".repeat(5000)));
        addCommand("send", null, RemotingCommand.createRequestCommand(310, send()), Records.utf8("正文"));
        addCommand("pull", "token", RemotingCommand.createRequestCommand(11, pull()), null);
    }

    private static SendMessageRequestHeaderV2 send() {
        SendMessageRequestHeaderV2 header = new SendMessageRequestHeaderV2();
        header.setA("shop");
        header.setB("订单");
        header.setC("TBW102");
        header.setD(4);
        header.setE(1);
        header.setF(0);
        header.setG(1700000000000L);
        header.setH(0);
        header.setI("TAGS\u0001created\u0002KEYS\u0001o-1 客户\u0002");
        header.setJ(0);
        header.setK(false);
        return header;
    }

    private static PullMessageRequestHeader pull() {
        PullMessageRequestHeader header = new PullMessageRequestHeader();
        header.setConsumerGroup("billing");
        header.setTopic("orders");
        header.setQueueId(3);
        header.setQueueOffset(42L);
        header.setMaxMsgNums(32);
        header.setSysFlag(6);
        header.setCommitOffset(Long.MAX_VALUE);
        header.setSuspendTimeoutMillis(15000L);
        header.setSubscription("created || paid");
        header.setSubVersion(1700000000000L);
        header.setExpressionType("TAG");
        return header;
    }

    private void add(String name, String securityToken, Map<String, String> fields, byte[] body) {
        RemotingCommand command = RemotingCommand.createRequestCommand(34, null);
        fields.forEach(command::addExtField);
        addCommand(name, securityToken, command, body);
    }

    private void addCommand(String name, String securityToken, RemotingCommand command, byte[] body) {
        command.setBody(body);
        command.makeCustomHeaderToNet();
        Map<String, String> unsigned = command.getExtFields() == null ? Map.of() : new TreeMap<>(command.getExtFields());
        new AclClientRPCHook(new SessionCredentials(ACCESS_KEY, SECRET_KEY, securityToken)).doBeforeRequest("127.0.0.1:10911", command);
        Map<String, Object> record = new LinkedHashMap<>();
        record.put("name", name);
        record.put("accessKey", ACCESS_KEY);
        record.put("secretKey", SECRET_KEY);
        record.put("securityToken", securityToken);
        record.put("fields", unsigned);
        record.put("bodyHex", body == null ? null : Hex.of(body));
        record.put("signed", new TreeMap<>(command.getExtFields()));
        recorded.add(record);
    }

    private static Map<String, String> fields(String... namesAndValues) {
        Map<String, String> fields = new TreeMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) fields.put(namesAndValues[i], namesAndValues[i + 1]);
        return fields;
    }

    private static byte[] everyByte() {
        byte[] bytes = new byte[256];
        for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) i;
        return bytes;
    }
}
