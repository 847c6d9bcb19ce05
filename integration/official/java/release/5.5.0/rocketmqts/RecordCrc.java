package rocketmqts;

import com.alibaba.fastjson.JSON;
import com.alibaba.fastjson.JSONObject;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.rocketmq.common.BrokerConfig;
import org.apache.rocketmq.common.UtilAll;
import org.apache.rocketmq.common.message.MessageExtBrokerInner;
import org.apache.rocketmq.common.message.MessageVersion;
import org.apache.rocketmq.store.AppendMessageCallback;
import org.apache.rocketmq.store.CommitLog;
import org.apache.rocketmq.store.DefaultMessageStore;
import org.apache.rocketmq.store.MessageExtEncoder;
import org.apache.rocketmq.store.PutMessageContext;
import org.apache.rocketmq.store.config.MessageStoreConfig;
import org.apache.rocketmq.store.stats.BrokerStatsManager;

/**
 * Appends and checks records with the checksum of 5.x, by the commit log's own code. Lines on stdin: {"do": "append", "topic", "properties",
 * "bodyHex", "bornIp", "storeIp"} is answered by {"recordHex"}, {"do": "check", "recordHex"} by {"valid"}.
 */
public final class RecordCrc {
    private final MessageStoreConfig config = new MessageStoreConfig();
    private final CommitLog log;
    private final AppendMessageCallback append;

    private RecordCrc() throws Exception {
        config.setStorePathRootDir(Files.createTempDirectory("record-crc").toString());
        config.setEnabledAppendPropCRC(true);
        config.setForceVerifyPropCRC(true);
        BrokerConfig broker = new BrokerConfig();
        log = new CommitLog(new DefaultMessageStore(config, new BrokerStatsManager(broker), null, broker, new ConcurrentHashMap<>()));
        Field callback = CommitLog.class.getDeclaredField("appendMessageCallback");
        callback.setAccessible(true);
        append = (AppendMessageCallback) callback.get(log);
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        System.setOut(System.err);
        RecordCrc records = new RecordCrc();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) out.println(Described.text(records.answer(JSON.parseObject(line))));
        out.flush();
        System.exit(0);
    }

    private Map<String, Object> answer(JSONObject request) throws Exception {
        Map<String, Object> answer = new LinkedHashMap<>();
        if (request.getString("do").equals("append")) answer.put("recordHex", Hex.of(appended(request)));
        else answer.put("valid", log.checkMessageAndReturnSize(ByteBuffer.wrap(Hex.bytes(request.getString("recordHex"))), true, false).isSuccess());
        return answer;
    }

    private byte[] appended(JSONObject request) throws Exception {
        MessageExtBrokerInner message = message(request);
        MessageExtEncoder encoder = new MessageExtEncoder(config);
        if (encoder.encode(message) != null) throw new IllegalStateException("the store refused " + message);
        message.setEncodedBuff(encoder.getEncoderBuffer());
        int size = message.getEncodedBuff().getInt(0);
        ByteBuffer file = ByteBuffer.allocate(size + 100);
        append.doAppend(1024, file, file.capacity(), message, new PutMessageContext(message.getTopic() + "-3"));
        return Arrays.copyOf(file.array(), size);
    }

    private static MessageExtBrokerInner message(JSONObject request) throws Exception {
        MessageExtBrokerInner message = new MessageExtBrokerInner();
        message.setTopic(request.getString("topic"));
        message.setBody(Hex.bytes(request.getString("bodyHex")));
        message.setBodyCRC(UtilAll.crc32(message.getBody()));
        message.setQueueId(3);
        message.setFlag(5);
        message.setQueueOffset(42);
        message.setBornTimestamp(1700000000000L);
        message.setStoreTimestamp(1700000000123L);
        message.setBornHost(Records.host(request.getString("bornIp"), 40000));
        message.setStoreHost(Records.host(request.getString("storeIp"), 10911));
        if (request.getString("bornIp").length() > 8) message.setBornHostV6Flag();
        if (request.getString("storeIp").length() > 8) message.setStoreHostAddressV6Flag();
        message.setPropertiesString(request.getString("properties"));
        message.setVersion(message.getTopic().length() > Byte.MAX_VALUE ? MessageVersion.MESSAGE_VERSION_V2 : MessageVersion.MESSAGE_VERSION_V1);
        return message;
    }
}
