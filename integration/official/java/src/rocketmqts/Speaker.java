package rocketmqts;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.message.MessageExt;

/** Says things as JSON lines, whole ones from any thread. */
final class Speaker {
    private static final int LONGEST_BODY_TOLD = 4096;
    private final PrintStream out;

    Speaker(PrintStream out) {
        this.out = new PrintStream(out, false, StandardCharsets.UTF_8);
    }

    synchronized void say(Object line) {
        out.println(Described.text(line));
        out.flush();
    }

    static Map<String, Object> failure(Throwable failure) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("class", failure.getClass().getSimpleName());
        if (failure instanceof MQBrokerException) told.put("responseCode", ((MQBrokerException) failure).getResponseCode());
        if (failure instanceof MQClientException) told.put("responseCode", ((MQClientException) failure).getResponseCode());
        told.put("message", String.valueOf(failure.getMessage()));
        return told;
    }

    static Map<String, Object> received(MessageExt message) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("topic", message.getTopic());
        told.put("tag", message.getTags());
        told.put("keys", message.getKeys());
        told.put("properties", new TreeMap<>(message.getProperties()));
        told.put("msgId", message.getMsgId());
        told.put("brokerName", message.getBrokerName());
        told.put("queueId", message.getQueueId());
        told.put("queueOffset", message.getQueueOffset());
        told.put("reconsumeTimes", message.getReconsumeTimes());
        told.put("flag", message.getFlag());
        told.put("sysFlag", message.getSysFlag());
        told.put("bodyLength", message.getBody().length);
        told.put("bodySha256", Hex.sha256(message.getBody()));
        if (message.getBody().length <= LONGEST_BODY_TOLD) told.put("bodyBase64", Base64.getEncoder().encodeToString(message.getBody()));
        return told;
    }

    static Map<String, Object> sent(SendResult result) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("status", result.getSendStatus().name());
        told.put("msgId", result.getMsgId());
        told.put("offsetMsgId", result.getOffsetMsgId());
        told.put("brokerName", result.getMessageQueue().getBrokerName());
        told.put("queueId", result.getMessageQueue().getQueueId());
        told.put("queueOffset", result.getQueueOffset());
        return told;
    }
}
