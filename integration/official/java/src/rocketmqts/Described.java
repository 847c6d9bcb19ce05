package rocketmqts;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import com.alibaba.fastjson.JSON;
import com.alibaba.fastjson.serializer.SerializerFeature;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.remoting.CommandCustomHeader;

/**
 * What a Java object holds, as a tree that JSON can carry without loss: an int64 is {"$long": "1"}, bits are {"$bytes": "ff"}, a set {"$set": […]} in
 * order of its text, a map whose keys are no strings {"$map": [[key, value], …]}. A null property is left out.
 */
final class Described {
    private Described() {
    }

    /** name → {type, value} of every field of a header, null ones with value null. */
    static Map<String, Object> header(CommandCustomHeader header) throws Exception {
        Map<String, Object> fields = new TreeMap<>();
        for (Field field : BeanFields.all(header.getClass())) {
            Map<String, Object> described = new LinkedHashMap<>();
            Object value = field.get(header);
            described.put("type", field.getType().getSimpleName());
            described.put("value", value instanceof Long || value instanceof Enum ? value.toString() : value);
            fields.put(field.getName(), described);
        }
        return fields;
    }

    static Object tree(Object value) throws Exception {
        if (value == null || value instanceof String || value instanceof Integer || value instanceof Boolean || value instanceof Double) return value;
        if (value instanceof Long || value instanceof AtomicLong) return tagged("$long", value.toString());
        if (value instanceof Enum) return ((Enum<?>) value).name();
        if (value instanceof BitSet) return tagged("$bytes", Hex.of(((BitSet) value).toByteArray()));
        if (value instanceof Map) return map((Map<?, ?>) value);
        if (value instanceof Set) return tagged("$set", sorted(list((Set<?>) value)));
        if (value instanceof Collection) return list((Collection<?>) value);
        if (value.getClass().isArray()) return array(value);
        return bean(value);
    }

    static Map<String, Object> record(MessageExt message) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("topic", message.getTopic());
        fields.put("queueId", message.getQueueId());
        fields.put("queueOffset", tagged("$long", message.getQueueOffset()));
        fields.put("physicalOffset", tagged("$long", message.getCommitLogOffset()));
        fields.put("storeSize", message.getStoreSize());
        fields.put("sysFlag", message.getSysFlag());
        fields.put("flag", message.getFlag());
        fields.put("bodyCRC", message.getBodyCRC());
        fields.put("bornTimestamp", tagged("$long", message.getBornTimestamp()));
        fields.put("bornHost", host(message.getBornHost()));
        fields.put("storeTimestamp", tagged("$long", message.getStoreTimestamp()));
        fields.put("storeHost", host(message.getStoreHost()));
        fields.put("reconsumeTimes", message.getReconsumeTimes());
        fields.put("preparedTransactionOffset", tagged("$long", message.getPreparedTransactionOffset()));
        fields.put("properties", properties(message));
        fields.put("body", body(message.getBody()));
        fields.put("msgId", message.getMsgId());
        return fields;
    }

    static Map<String, Object> message(Message message) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("flag", message.getFlag());
        fields.put("properties", properties(message));
        fields.put("body", body(message.getBody()));
        return fields;
    }

    /** Bytes in hex; of a long body only length and hash, for the bytes are in the recording already. */
    static Object body(byte[] body) {
        if (body == null) return null;
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("length", body.length);
        described.put(body.length <= 64 ? "hex" : "sha256", body.length <= 64 ? Hex.of(body) : Hex.sha256(body));
        return described;
    }

    static Map<String, Object> tagged(String tag, Object value) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put(tag, value instanceof Long ? value.toString() : value);
        return one;
    }

    static String text(Object tree) {
        return JSON.toJSONString(tree, SerializerFeature.WriteMapNullValue, SerializerFeature.DisableCircularReferenceDetect);
    }

    private static Map<String, String> properties(Message message) {
        return message.getProperties() == null ? Map.of() : new TreeMap<>(message.getProperties());
    }

    private static String host(java.net.SocketAddress address) {
        InetSocketAddress host = (InetSocketAddress) address;
        return Hex.of(host.getAddress().getAddress()) + ":" + host.getPort();
    }

    private static Object map(Map<?, ?> map) throws Exception {
        boolean isPlain = map.keySet().stream().allMatch(String.class::isInstance);
        Map<String, Object> plain = new TreeMap<>();
        List<Object> pairs = new ArrayList<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (isPlain) plain.put((String) entry.getKey(), tree(entry.getValue()));
            else pairs.add(List.of(tree(entry.getKey()), tree(entry.getValue())));
        }
        return isPlain ? plain : tagged("$map", sorted(pairs));
    }

    private static List<Object> list(Collection<?> elements) throws Exception {
        List<Object> list = new ArrayList<>();
        for (Object element : elements) list.add(tree(element));
        return list;
    }

    private static Object array(Object array) throws Exception {
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < Array.getLength(array); i++) list.add(tree(Array.get(array, i)));
        return list;
    }

    private static List<Object> sorted(List<Object> list) {
        list.sort(Comparator.comparing(Described::text));
        return list;
    }

    /** A time as text, which a bean makes of its number: it travels too, and nobody reads it. */
    private static String computed(Method method) {
        return Character.toLowerCase(method.getName().charAt(3)) + method.getName().substring(4);
    }

    private static Map<String, Object> bean(Object bean) throws Exception {
        Map<String, Object> properties = new TreeMap<>();
        for (Field field : BeanFields.properties(bean.getClass())) {
            Object value = field.get(bean);
            if (value != null) properties.put(BeanFields.property(field), tree(value));
        }
        for (Method method : bean.getClass().getMethods()) {
            if (method.getName().matches("get\\w+Str") && method.getParameterCount() == 0) properties.put(computed(method), method.invoke(bean));
        }
        return properties;
    }
}
