package rocketmqts;

import java.lang.reflect.Field;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.rocketmq.common.UtilAll;
import org.apache.rocketmq.common.message.MessageClientIDSetter;
import org.apache.rocketmq.common.message.MessageDecoder;
import org.apache.rocketmq.common.message.MessageId;

/** Offset message ids and unique keys, with what the official classes read from them. */
final class MessageIds {
    private final List<Map<String, Object>> recorded = new ArrayList<>();

    private MessageIds() {
    }

    static List<Map<String, Object>> record() throws Exception {
        MessageIds ids = new MessageIds();
        for (String host : new String[] {"0a090807", "ffffffff", "7f000001", "20010db8000000000000000000000005", "fe800000000000000000000000000001"}) {
            for (long offset : new long[] {0, 1024, 1L << 40, (1L << 53) - 1}) ids.offsetId(Records.host(host, 10911), offset);
        }
        for (String prefix : new String[] {"0a00000510922a139a55", "20010db8000000000000000000000005ffff7fffffff"}) {
            for (long sinceMonthBegan : new long[] {0, 1, 2_678_399_999L}) {
                for (int counter : new int[] {0, 65535}) ids.uniqueKey(prefix, sinceMonthBegan, counter);
            }
        }
        return ids.recorded;
    }

    private void offsetId(InetSocketAddress host, long offset) throws Exception {
        String id = MessageDecoder.createMessageId(host, offset);
        MessageId read = MessageDecoder.decodeMessageId(id);
        InetSocketAddress address = (InetSocketAddress) read.getAddress();
        Map<String, Object> decoded = new LinkedHashMap<>();
        decoded.put("addressHex", Hex.of(address.getAddress().getAddress()));
        decoded.put("port", address.getPort());
        decoded.put("physicalOffset", Described.tagged("$long", read.getOffset()));
        add("offset message id", id, decoded);
    }

    /** The prefix is what the class takes from the machine: address, process and class loader. */
    private void uniqueKey(String prefix, long sinceMonthBegan, int counter) throws Exception {
        String key = UtilAll.bytes2string(Hex.bytes(prefix)) + suffixMadeAt(sinceMonthBegan, counter);
        Map<String, Object> decoded = new LinkedHashMap<>();
        decoded.put("host", MessageClientIDSetter.getIPStrFromID(key));
        decoded.put("addressHex", Hex.of(MessageClientIDSetter.getIPFromID(key)));
        decoded.put("processId", MessageClientIDSetter.getPidFromID(key));
        decoded.put("timeDiffMs", Described.tagged("$long", sinceMonthBegan));
        decoded.put("counter", counter);
        add("unique key", key, decoded);
    }

    /** The class knows no clock but the machine's, so its month is moved instead, until no millisecond passes in between. */
    private static String suffixMadeAt(long sinceMonthBegan, int counter) throws Exception {
        while (true) {
            set("startTime", System.currentTimeMillis() - sinceMonthBegan);
            set("nextStartTime", Long.MAX_VALUE);
            ((AtomicInteger) field("COUNTER")).set(counter);
            String key = MessageClientIDSetter.createUniqID();
            String suffix = key.substring(key.length() - 12);
            if (Long.parseLong(suffix.substring(0, 8), 16) == sinceMonthBegan) return suffix;
        }
    }

    private static Object field(String name) throws Exception {
        Field field = MessageClientIDSetter.class.getDeclaredField(name);
        field.setAccessible(true);
        return field.get(null);
    }

    private static void set(String name, long value) throws Exception {
        Field field = MessageClientIDSetter.class.getDeclaredField(name);
        field.setAccessible(true);
        field.setLong(null, value);
    }

    private void add(String name, String id, Map<String, Object> decoded) {
        Map<String, Object> record = new LinkedHashMap<>();
        record.put("name", name);
        record.put("class", name.equals("unique key") ? "MessageClientIDSetter" : "MessageDecoder");
        record.put("id", id);
        record.put("decoded", decoded);
        recorded.add(record);
    }
}
