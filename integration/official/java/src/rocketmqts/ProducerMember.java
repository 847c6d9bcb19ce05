package rocketmqts;

import com.alibaba.fastjson.JSONArray;
import com.alibaba.fastjson.JSONObject;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.Message;

/** DefaultMQProducer: send, sendOneway, sendBatch. A message is {topic, tag?, keys?, properties?, delayLevel?, flag?, bodyBase64}. */
final class ProducerMember implements InteropClient.Member {
    private static final int TIMEOUT_MS = 30_000;
    private final DefaultMQProducer producer;

    ProducerMember(String nameserver, JSONObject options) throws Exception {
        producer = new DefaultMQProducer(options.getString("group"));
        InteropClient.configure(producer, nameserver, options.getString("member"));
        producer.setSendMsgTimeout(TIMEOUT_MS);
        producer.start();
    }

    @Override
    public Object perform(JSONObject command) throws Exception {
        switch (command.getString("do")) {
            case "send":
                return Speaker.sent(producer.send(message(command.getJSONObject("message"))));
            case "sendOneway":
                producer.sendOneway(message(command.getJSONObject("message")));
                return null;
            case "sendBatch":
                return Speaker.sent(producer.send(messages(command.getJSONArray("messages"))));
            default:
                throw new IllegalArgumentException("a producer does not know " + command.getString("do"));
        }
    }

    @Override
    public void close() {
        producer.shutdown();
    }

    private static List<Message> messages(JSONArray described) {
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < described.size(); i++) messages.add(message(described.getJSONObject(i)));
        return messages;
    }

    private static Message message(JSONObject described) {
        Message message = new Message(described.getString("topic"), Base64.getDecoder().decode(described.getString("bodyBase64")));
        if (described.containsKey("tag")) message.setTags(described.getString("tag"));
        if (described.containsKey("keys")) message.setKeys(described.getJSONArray("keys").toJavaList(String.class));
        if (described.containsKey("delayLevel")) message.setDelayTimeLevel(described.getIntValue("delayLevel"));
        if (described.containsKey("flag")) message.setFlag(described.getIntValue("flag"));
        JSONObject properties = described.getJSONObject("properties");
        if (properties != null) properties.forEach((name, value) -> message.putUserProperty(name, (String) value));
        return message;
    }
}
