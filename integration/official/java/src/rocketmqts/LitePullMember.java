package rocketmqts;

import com.alibaba.fastjson.JSONObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.rocketmq.client.consumer.DefaultLitePullConsumer;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;

/** DefaultLitePullConsumer that is assigned all queues of its topic: poll, seek, offsetOf, committed, commit. Options: group, topic. */
final class LitePullMember implements InteropClient.Member {
    private final DefaultLitePullConsumer consumer;
    private final Map<Integer, MessageQueue> queues = new LinkedHashMap<>();

    LitePullMember(String nameserver, JSONObject options) throws Exception {
        consumer = new DefaultLitePullConsumer(options.getString("group"));
        InteropClient.configure(consumer, nameserver, options.getString("member"));
        consumer.setAutoCommit(false);
        // Not by seekToBegin: a seek beside the first pull, which is under way by then, repeats or loses messages in the official client.
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.start();
        for (MessageQueue queue : consumer.fetchMessageQueues(options.getString("topic"))) queues.put(queue.getQueueId(), queue);
        consumer.assign(queues.values());
    }

    @Override
    public Object perform(JSONObject command) throws Exception {
        switch (command.getString("do")) {
            case "queues":
                return queues.values().stream().map(LitePullMember::told).toArray();
            case "poll":
                return poll(command.getLongValue("timeoutMs"));
            case "seek":
                consumer.seek(queue(command), command.getLongValue("offset"));
                return null;
            case "offsetOf":
                return consumer.offsetForTimestamp(queue(command), command.getLong("timestamp"));
            case "committed":
                return consumer.committed(queue(command));
            case "commit":
                consumer.commit(consumer.assignment(), true);
                return null;
            default:
                throw new IllegalArgumentException("a lite pull consumer does not know " + command.getString("do"));
        }
    }

    @Override
    public void close() {
        consumer.shutdown();
    }

    static Map<String, Object> told(MessageQueue queue) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("topic", queue.getTopic());
        told.put("brokerName", queue.getBrokerName());
        told.put("queueId", queue.getQueueId());
        return told;
    }

    private MessageQueue queue(JSONObject command) {
        return queues.get(command.getInteger("queueId"));
    }

    private List<Object> poll(long timeoutMs) {
        List<Object> received = new ArrayList<>();
        for (MessageExt message : consumer.poll(timeoutMs)) received.add(Speaker.received(message));
        return received;
    }
}
