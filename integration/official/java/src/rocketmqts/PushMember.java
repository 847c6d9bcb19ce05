package rocketmqts;

import com.alibaba.fastjson.JSONObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyContext;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.ConsumeOrderlyContext;
import org.apache.rocketmq.client.consumer.listener.ConsumeOrderlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.consumer.listener.MessageListenerOrderly;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;

/**
 * DefaultMQPushConsumer. What becomes of a message is written in the message: user property "later" = how many attempts fail, and
 * "delayLevel" = the level they ask for. Options: group, topic, expression, orderly?, maxReconsumeTimes?.
 */
final class PushMember implements InteropClient.Member {
    private final DefaultMQPushConsumer consumer;
    private final String name;
    private final Speaker speaker;

    PushMember(String nameserver, JSONObject options, Speaker speaker) throws Exception {
        this.name = options.getString("member");
        this.speaker = speaker;
        consumer = new DefaultMQPushConsumer(options.getString("group"));
        InteropClient.configure(consumer, nameserver, name);
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        if (options.containsKey("maxReconsumeTimes")) consumer.setMaxReconsumeTimes(options.getIntValue("maxReconsumeTimes"));
        consumer.subscribe(options.getString("topic"), options.getString("expression"));
        if (options.getBooleanValue("orderly")) consumer.registerMessageListener((MessageListenerOrderly) this::consumeInOrder);
        else consumer.registerMessageListener((MessageListenerConcurrently) this::consume);
        consumer.start();
    }

    @Override
    public Object perform(JSONObject command) {
        if (command.getString("do").equals("queues")) return queues();
        throw new IllegalArgumentException("a push consumer does not know " + command.getString("do"));
    }

    @Override
    public void close() {
        consumer.shutdown();
    }

    private ConsumeConcurrentlyStatus consume(List<MessageExt> messages, ConsumeConcurrentlyContext context) {
        boolean isConsumed = true;
        for (MessageExt message : messages) isConsumed &= tell(message, context);
        return isConsumed ? ConsumeConcurrentlyStatus.CONSUME_SUCCESS : ConsumeConcurrentlyStatus.RECONSUME_LATER;
    }

    private ConsumeOrderlyStatus consumeInOrder(List<MessageExt> messages, ConsumeOrderlyContext context) {
        for (MessageExt message : messages) tell(message, null);
        return ConsumeOrderlyStatus.SUCCESS;
    }

    /** Whether this attempt is said to have worked. */
    private boolean tell(MessageExt message, ConsumeConcurrentlyContext context) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("event", "message");
        event.put("member", name);
        event.put("message", Speaker.received(message));
        speaker.say(event);
        String level = message.getUserProperty("delayLevel");
        if (level != null && context != null) context.setDelayLevelWhenNextConsume(Integer.parseInt(level));
        String later = message.getUserProperty("later");
        return later == null || message.getReconsumeTimes() >= Integer.parseInt(later);
    }

    private List<Object> queues() {
        List<Object> queues = new ArrayList<>();
        for (MessageQueue queue : consumer.getDefaultMQPushConsumerImpl().getRebalanceImpl().getProcessQueueTable().keySet()) {
            if (!queue.getTopic().startsWith("%RETRY%")) queues.add(LitePullMember.told(queue));
        }
        return queues;
    }
}
