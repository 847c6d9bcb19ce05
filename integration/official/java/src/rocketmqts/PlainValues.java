package rocketmqts;

import java.util.HashMap;
import java.util.Map;

/** What a field holds in an everyday request, by the field's own name. */
final class PlainValues {
    private static final Map<String, String> TEXTS = new HashMap<>();
    private static final Map<String, Long> NUMBERS = new HashMap<>();
    /** SEND_MESSAGE_V2 abbreviates the field names of SEND_MESSAGE. */
    private static final String[] LETTERS = {
        "producerGroup", "topic", "defaultTopic", "defaultTopicQueueNums", "queueId", "sysFlag", "bornTimestamp", "flag", "properties",
        "reconsumeTimes", "unitMode", "maxReconsumeTimes", "batch", "brokerName"};

    private PlainValues() {
    }

    static {
        String[] texts = {
            "producerGroup", "shop", "consumerGroup", "billing", "group", "billing", "groupName", "billing", "topic", "orders",
            "topicName", "orders", "defaultTopic", "TBW102", "properties", "KEYS\u0001o-1\u0002TAGS\u0001created\u0002WAIT\u0001true\u0002",
            "brokerName", "broker-a", "bname", "broker-a", "clusterName", "DefaultCluster", "cluster", "DefaultCluster",
            "brokerAddr", "10.9.8.7:10911", "haServerAddr", "10.9.8.7:10912", "masterAddr", "10.9.8.7:10911", "brokerAddrs", "10.9.8.7:10911",
            "clientID", "10.0.0.5@4242", "clientId", "10.0.0.5@4242", "consumerIdList", "10.0.0.5@4242", "msgId", "0A09080700002A9F0000000000000400",
            "transactionId", "0A000005109218B4AAC2000000000001", "originMsgId", "0A000005109218B4AAC2000000000001", "originTopic", "orders",
            "subscription", "created || paid", "subString", "created || paid", "expressionType", "TAG",
            "tagsSet", "created", "filterServerList", "10.9.8.7:30001", "zoneName", "zone-1", "MSG_REGION", "DefaultRegion",
            "READ_AHEAD_MODE", "1", "E_T", "R", "orderTopicConf", "broker-a:4"};
        for (int i = 0; i < texts.length; i += 2) TEXTS.put(texts[i], texts[i + 1]);
        Object[] numbers = {
            "defaultTopicQueueNums", 4, "queueId", 1, "bornTimestamp", 1700000000000L, "storeTimestamp", 1700000000001L, "timestamp", 1700000000000L,
            "queueOffset", 4711, "offset", 4096, "commitOffset", 4700, "maxMsgNums", 32, "sysFlag", 6, "suspendTimeoutMillis", 15000,
            "subVersion", 1700000000000L, "readQueueNums", 8, "writeQueueNums", 8, "perm", 6, "delayLevel", 3, "maxReconsumeTimes", 16,
            "nextBeginOffset", 4743, "minOffset", 0, "maxOffset", 5000, "counter", 3, "heartbeatTimeoutMillis", 120000, "retryQueueNums", 1,
            "retryMaxTimes", 16, "whichBrokerWhenConsumeSlowly", 1, "consumeTimeoutMinute", 15, "codeSet", 1028554472};
        for (int i = 0; i < numbers.length; i += 2) NUMBERS.put((String) numbers[i], ((Number) numbers[i + 1]).longValue());
    }

    static String text(String field, int index) {
        String plain = TEXTS.getOrDefault(spelledOut(field), field);
        return index == 0 ? plain : plain + "-" + (index + 1);
    }

    static long number(String field, int index) {
        return NUMBERS.getOrDefault(spelledOut(field), 0L) + index;
    }

    private static String spelledOut(String field) {
        return field.length() == 1 && field.charAt(0) - 'a' < LETTERS.length ? LETTERS[field.charAt(0) - 'a'] : field;
    }
}
