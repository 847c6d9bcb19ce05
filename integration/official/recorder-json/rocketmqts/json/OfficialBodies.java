package rocketmqts.json;

import static rocketmqts.json.Samples.inOrder;
import static rocketmqts.json.Samples.queue;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.rocketmq.remoting.protocol.DataVersion;
import org.apache.rocketmq.remoting.protocol.admin.ConsumeStats;
import org.apache.rocketmq.remoting.protocol.admin.OffsetWrapper;
import org.apache.rocketmq.remoting.protocol.admin.TopicOffset;
import org.apache.rocketmq.remoting.protocol.admin.TopicStatsTable;
import org.apache.rocketmq.remoting.protocol.body.ClusterInfo;
import org.apache.rocketmq.remoting.protocol.body.ConsumerRunningInfo;
import org.apache.rocketmq.remoting.protocol.body.GetConsumerStatusBody;
import org.apache.rocketmq.remoting.protocol.body.KVTable;
import org.apache.rocketmq.remoting.protocol.body.LockBatchResponseBody;
import org.apache.rocketmq.remoting.protocol.body.ProcessQueueInfo;
import org.apache.rocketmq.remoting.protocol.body.QueryCorrectionOffsetBody;
import org.apache.rocketmq.remoting.protocol.body.ResetOffsetBody;
import org.apache.rocketmq.remoting.protocol.heartbeat.SubscriptionData;
import org.apache.rocketmq.remoting.protocol.route.BrokerData;
import org.apache.rocketmq.remoting.protocol.route.QueueData;
import org.apache.rocketmq.remoting.protocol.route.TopicRouteData;

/** Bodies of the releases whose JSON is no standard JSON: what they are is all there in both releases, but for BatchAck. */
final class OfficialBodies {
    private OfficialBodies() {
    }

    static void addTo(Map<String, Object> samples) throws Exception {
        samples.put("route", route(false));
        samples.put("route with an instance twice", route(true));
        samples.put("cluster", cluster());
        samples.put("topic stats", topicStats(false));
        samples.put("topic stats with an instance twice", topicStats(true));
        samples.put("consume stats", consumeStats());
        ResetOffsetBody reset = new ResetOffsetBody();
        reset.setOffsetTable(inOrder(queue("\u4e3b\u9898", 0), (1L << 53) - 1, queue("orders", 1), -1L));
        samples.put("reset offsets", reset);
        GetConsumerStatusBody status = new GetConsumerStatusBody();
        status.setConsumerTable(inOrder("10.0.0.5@1", inOrder(queue("orders", 0), 5L)));
        samples.put("consumer status", status);
        QueryCorrectionOffsetBody correction = new QueryCorrectionOffsetBody();
        correction.setCorrectionOffsets(inOrder(0, (1L << 53) - 1, 1, -1L));
        samples.put("correction offsets", correction);
        LockBatchResponseBody locked = new LockBatchResponseBody();
        locked.setLockOKMQSet(new HashSet<>(List.of(queue("orders", 0))));
        samples.put("locked queues", locked);
        DataVersion version = new DataVersion();
        version.setTimestamp(1700000000000L);
        version.setCounter(new AtomicLong((1L << 53) - 1));
        samples.put("data version", version);
        KVTable table = new KVTable();
        table.setTable(new HashMap<>(Map.of("a\"/\n", "\u4e3b\ud83d\ude80")));
        samples.put("key value table", table);
        samples.put("running info", runningInfo());
        addBatchAck(samples);
    }

    private static TopicRouteData route(boolean isTwice) {
        TopicRouteData route = new TopicRouteData();
        List<QueueData> queues = new ArrayList<>();
        QueueData queue = new QueueData();
        queue.setBrokerName("broker-a");
        queue.setReadQueueNums(4);
        queues.add(queue);
        if (isTwice) queues.add(queue);
        route.setQueueDatas(queues);
        BrokerData broker = new BrokerData("DefaultCluster", "broker-a", new HashMap<>(inOrder(0L, "10.9.8.7:10911", 1L, "[::1]:10911", (1L << 53) - 1, "far")));
        route.setBrokerDatas(isTwice ? new ArrayList<>(List.of(broker, broker)) : new ArrayList<>(List.of(broker)));
        route.setFilterServerTable(new HashMap<>(Map.of("broker-a", new ArrayList<>(List.of("a/b")))));
        route.setOrderTopicConf("broker-a:4");
        return route;
    }

    private static ClusterInfo cluster() {
        ClusterInfo cluster = new ClusterInfo();
        BrokerData broker = new BrokerData("DefaultCluster", "broker-a", new HashMap<>(inOrder(0L, "10.9.8.7:10911")));
        cluster.setBrokerAddrTable(new HashMap<>(Map.of("broker-a", broker)));
        cluster.setClusterAddrTable(new HashMap<>(Map.of("DefaultCluster", new HashSet<>(Set.of("broker-a")))));
        return cluster;
    }

    private static TopicStatsTable topicStats(boolean isTwice) {
        TopicOffset offset = new TopicOffset();
        offset.setMaxOffset((1L << 53) - 1);
        TopicStatsTable stats = new TopicStatsTable();
        stats.getOffsetTable().put(queue("orders", 0), offset);
        if (isTwice) stats.getOffsetTable().put(queue("orders", 1), offset);
        return stats;
    }

    private static ConsumeStats consumeStats() {
        OffsetWrapper offset = new OffsetWrapper();
        offset.setBrokerOffset((1L << 53) - 1);
        offset.setConsumerOffset(-1);
        ConsumeStats stats = new ConsumeStats();
        stats.getOffsetTable().put(queue("%RETRY%billing", 0), offset);
        stats.setConsumeTps(1e8);
        return stats;
    }

    private static ConsumerRunningInfo runningInfo() {
        ConsumerRunningInfo info = new ConsumerRunningInfo();
        Properties properties = new Properties();
        properties.setProperty("PROP_CONSUME_TYPE", "CONSUME_PASSIVELY");
        info.setProperties(properties);
        SubscriptionData subscription = new SubscriptionData("orders", "*");
        subscription.setSubVersion(1700000000000000001L);
        info.getSubscriptionSet().add(subscription);
        ProcessQueueInfo queue = new ProcessQueueInfo();
        queue.setCommitOffset((1L << 53) - 1);
        info.getMqTable().put(queue("orders", 0), queue);
        info.getMqTable().put(queue("orders", 1), queue);
        info.setJstack("main\n\tat java/lang\n");
        return info;
    }

    /** Its members are written by names that 5.5.0's own library is told, so fastjson 1 is not asked. */
    private static void addBatchAck(Map<String, Object> samples) throws Exception {
        Class<?> type = Classes.find("BatchAck");
        if (type == null || Engine.isFastjson1) return;
        Object ack = type.getConstructor().newInstance();
        BitSet bits = new BitSet();
        bits.set(0);
        bits.set(130);
        set(ack, "BitSet", bits);
        set(ack, "Topic", "orders");
        set(ack, "ConsumerGroup", "billing");
        Class<?> bodyType = Classes.named("BatchAckMessageRequestBody");
        Object body = bodyType.getConstructor().newInstance();
        set(body, "BrokerName", "broker-a");
        set(body, "Acks", new ArrayList<>(List.of(ack)));
        samples.put("batch of acks", body);
    }

    private static void set(Object bean, String property, Object value) throws Exception {
        for (Method method : bean.getClass().getMethods()) if (method.getName().equals("set" + property)) method.invoke(bean, value);
    }
}
