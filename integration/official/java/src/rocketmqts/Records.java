package rocketmqts;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.rocketmq.common.UtilAll;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageDecoder;
import org.apache.rocketmq.common.message.MessageExt;

/** Message records and batches, written and read by the official message codec. */
final class Records {
    private Records() {
    }

    static MessageExt record(Variant variant, int index) throws UnknownHostException {
        MessageExt message = new MessageExt();
        message.setTopic("orders");
        message.setQueueId(1);
        message.setQueueOffset(Math.max(index, variant.int64(4711)) - index);
        message.setCommitLogOffset(Math.max(index, variant.int64(1 << 20)) - index);
        message.setFlag(variant.int32(5));
        message.setBornTimestamp(1700000000000L);
        message.setStoreTimestamp(1700000000001L);
        message.setBornHost(host("0a000005", 52000));
        message.setStoreHost(host("0a090807", 10911));
        message.setReconsumeTimes(index);
        message.setPreparedTransactionOffset(Math.max(0, variant.int64(0)));
        fill(message, variant, index);
        message.setBodyCRC(UtilAll.crc32(message.getBody()));
        return message;
    }

    static void fill(Message message, Variant variant, int index) {
        message.setTags(text(variant, "created"));
        message.setKeys(text(variant, "o-" + index));
        message.putUserProperty("customer", text(variant, "customer-7"));
        byte[] body = variant.bytes("{\"id\":\"o-" + index + "\"}");
        message.setBody(body == null ? new byte[0] : body);
    }

    /** Property texts may not hold the two separators of the property string. */
    private static String text(Variant variant, String plain) {
        return variant.text(plain).replace("\u0001", "").replace("\u0002", "");
    }

    static InetSocketAddress host(String hexAddress, int port) throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getByAddress(Hex.bytes(hexAddress)), port);
    }

    static byte[] one(Variant variant) throws Exception {
        return MessageDecoder.encode(record(variant, 0), false);
    }

    static byte[] pullAnswer(Variant variant) throws Exception {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        for (int index = 0; index < variant.count(); index++) records.write(MessageDecoder.encode(record(variant, index), false));
        return records.toByteArray();
    }

    static List<Object> describe(byte[] records) {
        List<Object> described = new ArrayList<>();
        for (MessageExt message : MessageDecoder.decodes(ByteBuffer.wrap(records))) described.add(Described.record(message));
        return described;
    }

    static byte[] batch(Variant variant) {
        List<Message> messages = new ArrayList<>();
        for (int index = 0; index < Math.max(1, variant.count()); index++) {
            Message message = new Message();
            message.setTopic("orders");
            message.setFlag(variant.int32(index));
            fill(message, variant, index);
            messages.add(message);
        }
        return MessageDecoder.encodeMessages(messages);
    }

    static List<Object> describeBatch(byte[] batch) throws Exception {
        List<Object> described = new ArrayList<>();
        for (Message message : MessageDecoder.decodeMessages(ByteBuffer.wrap(batch))) described.add(Described.message(message));
        return described;
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
