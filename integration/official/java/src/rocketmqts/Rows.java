package rocketmqts;

import java.util.List;
import org.apache.rocketmq.remoting.protocol.DataVersion;
import org.apache.rocketmq.remoting.protocol.body.CheckClientRequestBody;
import org.apache.rocketmq.remoting.protocol.body.ClusterInfo;
import org.apache.rocketmq.remoting.protocol.body.KVTable;
import org.apache.rocketmq.remoting.protocol.body.LockBatchRequestBody;
import org.apache.rocketmq.remoting.protocol.body.LockBatchResponseBody;
import org.apache.rocketmq.remoting.protocol.body.UnlockBatchRequestBody;
import org.apache.rocketmq.remoting.protocol.header.GetConsumerListByGroupResponseBody;
import org.apache.rocketmq.remoting.protocol.heartbeat.HeartbeatData;
import org.apache.rocketmq.remoting.protocol.subscription.SubscriptionGroupConfig;

/** Every request that is recorded. A release that lacks a header class or a code leaves it out by itself. */
final class Rows {
    private static final String TO_BROKER = "client>broker";
    private static final String TO_CLIENT = "broker>client";
    private static final String TO_NAMESERVER = "client>nameserver";
    private static final String REGISTRATION = "broker>nameserver";

    private Rows() {
    }

    static final List<Row> ALL = List.of(
        new Row("SEND_MESSAGE", TO_BROKER, "SendMessageRequestHeader", "SendMessageResponseHeader", Body.BYTES, Body.NONE),
        new Row("SEND_MESSAGE_V2", TO_BROKER, "SendMessageRequestHeaderV2", "SendMessageResponseHeader", Body.BYTES, Body.NONE),
        new Row("SEND_BATCH_MESSAGE", TO_BROKER, "SendMessageRequestHeaderV2", "SendMessageResponseHeader", Body.BATCH, Body.NONE),
        new Row("PULL_MESSAGE", TO_BROKER, "PullMessageRequestHeader", "PullMessageResponseHeader", Body.NONE, Body.RECORDS),
        new Row("QUERY_CONSUMER_OFFSET", TO_BROKER, "QueryConsumerOffsetRequestHeader", "QueryConsumerOffsetResponseHeader", Body.NONE, Body.NONE),
        new Row("UPDATE_CONSUMER_OFFSET", TO_BROKER, "UpdateConsumerOffsetRequestHeader", "UpdateConsumerOffsetResponseHeader", Body.NONE, Body.NONE),
        new Row("UPDATE_AND_CREATE_TOPIC", TO_BROKER, "CreateTopicRequestHeader", null, Body.NONE, Body.NONE),
        new Row("SEARCH_OFFSET_BY_TIMESTAMP", TO_BROKER, "SearchOffsetRequestHeader", "SearchOffsetResponseHeader", Body.NONE, Body.NONE),
        new Row("GET_MAX_OFFSET", TO_BROKER, "GetMaxOffsetRequestHeader", "GetMaxOffsetResponseHeader", Body.NONE, Body.NONE),
        new Row("GET_MIN_OFFSET", TO_BROKER, "GetMinOffsetRequestHeader", "GetMinOffsetResponseHeader", Body.NONE, Body.NONE),
        new Row("GET_EARLIEST_MSG_STORETIME", TO_BROKER, "GetEarliestMsgStoretimeRequestHeader", "GetEarliestMsgStoretimeResponseHeader", Body.NONE, Body.NONE),
        new Row("HEART_BEAT", TO_BROKER, "HeartbeatRequestHeader", null, new BeanBody(HeartbeatData.class), Body.NONE),
        new Row("UNREGISTER_CLIENT", TO_BROKER, "UnregisterClientRequestHeader", "UnregisterClientResponseHeader", Body.NONE, Body.NONE),
        new Row("CONSUMER_SEND_MSG_BACK", TO_BROKER, "ConsumerSendMsgBackRequestHeader", null, Body.NONE, Body.NONE),
        new Row("CHECK_CLIENT_CONFIG", TO_BROKER, null, null, new BeanBody(CheckClientRequestBody.class), Body.NONE),
        new Row("GET_CONSUMER_LIST_BY_GROUP", TO_BROKER, "GetConsumerListByGroupRequestHeader", "GetConsumerListByGroupResponseHeader", Body.NONE,
            new BeanBody(GetConsumerListByGroupResponseBody.class)),
        new Row("NOTIFY_CONSUMER_IDS_CHANGED", TO_CLIENT, "NotifyConsumerIdsChangedRequestHeader", null, Body.NONE, Body.NONE),
        new Row("LOCK_BATCH_MQ", TO_BROKER, "LockBatchMqRequestHeader", null, new BeanBody(LockBatchRequestBody.class), new BeanBody(LockBatchResponseBody.class)),
        new Row("UNLOCK_BATCH_MQ", TO_BROKER, "UnlockBatchMqRequestHeader", null, new BeanBody(UnlockBatchRequestBody.class), Body.NONE),
        new Row("REGISTER_BROKER", REGISTRATION, "RegisterBrokerRequestHeader", "RegisterBrokerResponseHeader", new RegistrationBody(), new BeanBody(KVTable.class)),
        new Row("UNREGISTER_BROKER", REGISTRATION, "UnRegisterBrokerRequestHeader", null, Body.NONE, Body.NONE),
        new Row("GET_ROUTEINFO_BY_TOPIC", TO_NAMESERVER, "GetRouteInfoRequestHeader", null, Body.NONE, new RouteBody()),
        new Row("GET_BROKER_CLUSTER_INFO", TO_NAMESERVER, null, null, Body.NONE, new BeanBody(ClusterInfo.class)),
        new Row("DELETE_TOPIC_IN_BROKER", TO_BROKER, "DeleteTopicRequestHeader", null, Body.NONE, Body.NONE),
        new Row("DELETE_TOPIC_IN_NAMESRV", TO_NAMESERVER, "DeleteTopicFromNamesrvRequestHeader", null, Body.NONE, Body.NONE),
        new Row("QUERY_DATA_VERSION", REGISTRATION, "QueryDataVersionRequestHeader", "QueryDataVersionResponseHeader",
            new BeanBody(DataVersion.class), new BeanBody(DataVersion.class)),
        new Row("BROKER_HEARTBEAT", REGISTRATION, "BrokerHeartbeatRequestHeader", null, Body.NONE, Body.NONE),
        new Row("UPDATE_AND_CREATE_SUBSCRIPTIONGROUP", TO_BROKER, null, null, new BeanBody(SubscriptionGroupConfig.class), Body.NONE));
}
