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
    private static final String TO_SERVER = "to-server";
    private static final String TO_CLIENT = "to-client";

    private Rows() {
    }

    static final List<Row> ALL = List.of(
        new Row("SEND_MESSAGE", TO_SERVER, "SendMessageRequestHeader", "SendMessageResponseHeader", Body.BYTES, Body.NONE),
        new Row("SEND_MESSAGE_V2", TO_SERVER, "SendMessageRequestHeaderV2", "SendMessageResponseHeader", Body.BYTES, Body.NONE),
        new Row("SEND_BATCH_MESSAGE", TO_SERVER, "SendMessageRequestHeaderV2", "SendMessageResponseHeader", Body.BATCH, Body.NONE),
        new Row("PULL_MESSAGE", TO_SERVER, "PullMessageRequestHeader", "PullMessageResponseHeader", Body.NONE, Body.RECORDS),
        new Row("LITE_PULL_MESSAGE", TO_SERVER, "PullMessageRequestHeader", "PullMessageResponseHeader", Body.NONE, Body.RECORDS),
        new Row("QUERY_CONSUMER_OFFSET", TO_SERVER, "QueryConsumerOffsetRequestHeader", "QueryConsumerOffsetResponseHeader", Body.NONE, Body.NONE),
        new Row("UPDATE_CONSUMER_OFFSET", TO_SERVER, "UpdateConsumerOffsetRequestHeader", "UpdateConsumerOffsetResponseHeader", Body.NONE, Body.NONE),
        new Row("UPDATE_AND_CREATE_TOPIC", TO_SERVER, "CreateTopicRequestHeader", null, Body.NONE, Body.NONE),
        new Row("GET_ALL_TOPIC_CONFIG", TO_SERVER, "GetAllTopicConfigRequestHeader", "GetAllTopicConfigResponseHeader", Body.NONE, new BeanBody(Release.TOPIC_CONFIGS)),
        new Row("SEARCH_OFFSET_BY_TIMESTAMP", TO_SERVER, "SearchOffsetRequestHeader", "SearchOffsetResponseHeader", Body.NONE, Body.NONE),
        new Row("GET_MAX_OFFSET", TO_SERVER, "GetMaxOffsetRequestHeader", "GetMaxOffsetResponseHeader", Body.NONE, Body.NONE),
        new Row("GET_MIN_OFFSET", TO_SERVER, "GetMinOffsetRequestHeader", "GetMinOffsetResponseHeader", Body.NONE, Body.NONE),
        new Row("GET_EARLIEST_MSG_STORETIME", TO_SERVER, "GetEarliestMsgStoretimeRequestHeader", "GetEarliestMsgStoretimeResponseHeader", Body.NONE, Body.NONE),
        new Row("HEART_BEAT", TO_SERVER, "HeartbeatRequestHeader", null, new BeanBody(HeartbeatData.class), Body.NONE),
        new Row("UNREGISTER_CLIENT", TO_SERVER, "UnregisterClientRequestHeader", "UnregisterClientResponseHeader", Body.NONE, Body.NONE),
        new Row("CONSUMER_SEND_MSG_BACK", TO_SERVER, "ConsumerSendMsgBackRequestHeader", null, Body.NONE, Body.NONE),
        new Row("CHECK_CLIENT_CONFIG", TO_SERVER, null, null, new BeanBody(CheckClientRequestBody.class), Body.NONE),
        new Row("GET_CONSUMER_LIST_BY_GROUP", TO_SERVER, "GetConsumerListByGroupRequestHeader", "GetConsumerListByGroupResponseHeader", Body.NONE,
            new BeanBody(GetConsumerListByGroupResponseBody.class)),
        new Row("NOTIFY_CONSUMER_IDS_CHANGED", TO_CLIENT, "NotifyConsumerIdsChangedRequestHeader", null, Body.NONE, Body.NONE),
        new Row("LOCK_BATCH_MQ", TO_SERVER, "LockBatchMqRequestHeader", null, new BeanBody(LockBatchRequestBody.class), new BeanBody(LockBatchResponseBody.class)),
        new Row("UNLOCK_BATCH_MQ", TO_SERVER, "UnlockBatchMqRequestHeader", null, new BeanBody(UnlockBatchRequestBody.class), Body.NONE),
        new Row("REGISTER_BROKER", TO_SERVER, "RegisterBrokerRequestHeader", "RegisterBrokerResponseHeader", new RegistrationBody(), new BeanBody(KVTable.class)),
        new Row("UNREGISTER_BROKER", TO_SERVER, "UnRegisterBrokerRequestHeader", null, Body.NONE, Body.NONE),
        new Row("GET_ROUTEINFO_BY_TOPIC", TO_SERVER, "GetRouteInfoRequestHeader", null, Body.NONE, new RouteBody()),
        new Row("GET_BROKER_CLUSTER_INFO", TO_SERVER, null, null, Body.NONE, new BeanBody(ClusterInfo.class)),
        new Row("DELETE_TOPIC_IN_BROKER", TO_SERVER, "DeleteTopicRequestHeader", null, Body.NONE, Body.NONE),
        new Row("DELETE_TOPIC_IN_NAMESRV", TO_SERVER, "DeleteTopicFromNamesrvRequestHeader", null, Body.NONE, Body.NONE),
        new Row("QUERY_DATA_VERSION", TO_SERVER, "QueryDataVersionRequestHeader", "QueryDataVersionResponseHeader",
            new BeanBody(DataVersion.class), new BeanBody(DataVersion.class)),
        new Row("BROKER_HEARTBEAT", TO_SERVER, "BrokerHeartbeatRequestHeader", null, Body.NONE, Body.NONE),
        new Row("UPDATE_AND_CREATE_SUBSCRIPTIONGROUP", TO_SERVER, null, null, new BeanBody(SubscriptionGroupConfig.class), Body.NONE));
}
