package rocketmqts;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageDecoder;

/** Bodies of SEND_BATCH_MESSAGE. */
final class Batches {
    private Batches() {
    }

    static List<Map<String, Object>> record(long seed) throws Exception {
        List<Map<String, Object>> recorded = new ArrayList<>();
        for (String variant : new String[] {"plain", "unicode", "lowest", "highest", "seeded"}) {
            recorded.add(describe(variant, Records.batch(new Variant(variant, seed))));
        }
        recorded.add(describe("one-empty-body", MessageDecoder.encodeMessages(List.of(new Message("orders", new byte[0])))));
        recorded.add(describe("no-properties", MessageDecoder.encodeMessages(List.of(bare("one"), bare("two"), bare("three")))));
        return recorded;
    }

    private static Message bare(String body) {
        Message message = new Message();
        message.setTopic("orders");
        message.setBody(Records.utf8(body));
        return message;
    }

    private static Map<String, Object> describe(String name, byte[] bytes) throws Exception {
        Map<String, Object> record = new LinkedHashMap<>();
        record.put("name", name);
        record.put("class", "MessageDecoder");
        record.put("decoded", Records.describeBatch(bytes));
        record.put("sha256", Hex.sha256(bytes));
        record.put("batchHex", Hex.of(bytes));
        return record;
    }
}
