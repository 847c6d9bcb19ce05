package rocketmqts;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.rocketmq.common.UtilAll;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageDecoder;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.sysflag.MessageSysFlag;

/** Message records as they lie in a commit log and travel in pull answers. */
final class StoredRecords {
    private static final String IPV4 = "0a090807";
    private static final String IPV6 = "20010db8000000000000000000000005";
    private static final int COMPRESSED = MessageSysFlag.COMPRESSED_FLAG;

    private final List<Map<String, Object>> recorded = new ArrayList<>();

    private StoredRecords() {
    }

    static List<Map<String, Object>> record() throws Exception {
        StoredRecords records = new StoredRecords();
        records.byDecoder();
        records.byStore();
        return records.recorded;
    }

    private void byDecoder() throws Exception {
        decoderRecord("hosts-v4-v4", message("orders", "hello", 0, IPV4, IPV4));
        decoderRecord("hosts-v6-v6", message("orders", "hello", 0, IPV6, IPV6));
        decoderRecord("hosts-v4-v6", message("orders", "hello", 0, IPV4, IPV6));
        decoderRecord("hosts-v6-v4", message("orders", "hello", 0, IPV6, IPV4));
        decoderRecord("body-empty", message("orders", "", 0, IPV4, IPV4));
        decoderRecord("text-unicode", message("主题", "正文 🍣", 0, IPV4, IPV4));
        decoderRecord("topic-longest", message("t".repeat(127), "hello", 0, IPV4, IPV4));
        decoderRecord("transaction-prepared", message("orders", "hello", MessageSysFlag.TRANSACTION_PREPARED_TYPE, IPV4, IPV4));
        decoderRecord("transaction-committed", message("orders", "hello", MessageSysFlag.TRANSACTION_COMMIT_TYPE, IPV4, IPV4));
        decoderRecord("zlib", message("orders", "{\"id\":\"o-1\",\"note\":\"好\"}".repeat(400), COMPRESSED | 0x300, IPV4, IPV4));
        decoderRecord("zlib-without-type-bits", message("orders", "order ".repeat(1000), COMPRESSED, IPV6, IPV4));
        decoderRecord("lz4", message("orders", "order ".repeat(1000), COMPRESSED | 0x100, IPV4, IPV4));
        decoderRecord("zstd", message("orders", "order ".repeat(1000), COMPRESSED | 0x200, IPV4, IPV4));
        MessageExt bare = message("orders", "hello", 0, IPV4, IPV4);
        for (String name : bare.getProperties().keySet().toArray(new String[0])) bare.getProperties().remove(name);
        decoderRecord("properties-none", bare);
        MessageExt extreme = message("orders", "hello", 0, IPV4, IPV4);
        extreme.setQueueId(Integer.MAX_VALUE);
        extreme.setFlag(Integer.MIN_VALUE);
        extreme.setReconsumeTimes(Integer.MAX_VALUE);
        extreme.setQueueOffset((1L << 53) - 1);
        extreme.setCommitLogOffset((1L << 53) - 1);
        decoderRecord("numbers-highest", extreme);
    }

    /** What the store stages before it fills in place and time. */
    private void byStore() throws Exception {
        storeRecord("stored", message("orders", "hello", 0, IPV4, IPV4));
        storeRecord("stored-v6", message("orders", "hello", 0, IPV6, IPV6));
        storeRecord("stored-topic-127", message("%RETRY%" + "g".repeat(120), "hello", 0, IPV4, IPV4));
        if (Release.NAME.startsWith("4.")) return;
        storeRecord("stored-topic-128", message("%RETRY%" + "g".repeat(121), "hello", 0, IPV4, IPV4));
        storeRecord("stored-topic-255", message("%RETRY%" + "g".repeat(248), "hello", 0, IPV6, IPV4));
    }

    private static MessageExt message(String topic, String body, int sysFlag, String bornIp, String storeIp) throws Exception {
        MessageExt message = new MessageExt();
        message.setTopic(topic);
        message.setBody(Records.utf8(body));
        message.setBodyCRC(UtilAll.crc32(message.getBody()));
        message.setSysFlag(sysFlag);
        message.setQueueId(3);
        message.setFlag(5);
        message.setQueueOffset(42);
        message.setCommitLogOffset(1024);
        message.setBornTimestamp(1700000000000L);
        message.setStoreTimestamp(1700000000123L);
        message.setBornHost(Records.host(bornIp, 40000));
        message.setStoreHost(Records.host(storeIp, 10911));
        if (bornIp.length() > 8) message.setBornHostV6Flag();
        if (storeIp.length() > 8) message.setStoreHostAddressV6Flag();
        message.setReconsumeTimes(2);
        message.setPreparedTransactionOffset(77);
        message.setTags("created");
        message.setKeys("o-1 客户🍣");
        return message;
    }

    private void decoderRecord(String name, MessageExt message) throws Exception {
        add(name, "MessageDecoder", MessageDecoder.encode(message, (message.getSysFlag() & COMPRESSED) != 0));
    }

    private void storeRecord(String name, MessageExt message) throws Exception {
        add(name, "MessageExtEncoder", Release.stored(message));
    }

    private void add(String name, String writer, byte[] bytes) {
        MessageExt read = MessageDecoder.decode(ByteBuffer.wrap(bytes));
        Map<String, Object> record = new LinkedHashMap<>();
        record.put("name", name);
        record.put("class", writer);
        record.put("decoded", Described.record(read));
        record.put("sha256", Hex.sha256(bytes));
        record.put("recordHex", Hex.of(bytes));
        recorded.add(record);
    }

    /** Properties in the order in which every release writes them. */
    static String propertiesText(Message message) {
        return MessageDecoder.messageProperties2String(message.getProperties());
    }
}
