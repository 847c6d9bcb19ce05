package rocketmqts;

import com.alibaba.fastjson2.JSONWriter;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.apache.rocketmq.common.MQVersion;
import org.apache.rocketmq.common.TopicFilterType;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageExtBrokerInner;
import org.apache.rocketmq.common.message.MessageVersion;
import org.apache.rocketmq.remoting.protocol.RemotingSerializable;
import org.apache.rocketmq.remoting.protocol.body.RegisterBrokerBody;
import org.apache.rocketmq.remoting.protocol.body.TopicConfigAndMappingSerializeWrapper;
import org.apache.rocketmq.store.MessageExtEncoder;
import org.apache.rocketmq.store.config.MessageStoreConfig;

/** What 5.5.0 does by other means than 4.9.7. */
final class Release {
    static final String NAME = "5.5.0";
    static final int VERSION = MQVersion.CURRENT_VERSION;
    /** What GET_ALL_TOPIC_CONFIG is answered with. */
    static final Class<?> TOPIC_CONFIGS = TopicConfigAndMappingSerializeWrapper.class;

    private Release() {
    }

    /** The features that namesrv/processor/ClientRequestProcessor answers newer clients with. */
    static byte[] standardJson(RemotingSerializable body) {
        return body.encode(JSONWriter.Feature.BrowserCompatible, JSONWriter.Feature.MapSortField);
    }

    static RegisterBrokerBody registration(byte[] body, boolean isCompressed) throws Exception {
        return RegisterBrokerBody.decode(body, isCompressed, MQVersion.value2Version(VERSION));
    }

    static List<?> list(byte[] body, Class<?> of) {
        return RemotingSerializable.decodeList(body, of);
    }

    static long tagsCode(String tags) {
        return MessageExtBrokerInner.tagsString2tagsCode(TopicFilterType.SINGLE_TAG, tags);
    }

    /** A record as the store stages it: queue offset, physical offset and store time are filled in on append. */
    static byte[] stored(MessageExt message) throws Exception {
        MessageExtBrokerInner inner = new MessageExtBrokerInner();
        inner.setTopic(message.getTopic());
        inner.setBody(message.getBody());
        inner.setBodyCRC(message.getBodyCRC());
        inner.setSysFlag(message.getSysFlag());
        inner.setQueueId(message.getQueueId());
        inner.setFlag(message.getFlag());
        inner.setBornTimestamp(message.getBornTimestamp());
        inner.setBornHost(message.getBornHost());
        inner.setStoreTimestamp(message.getStoreTimestamp());
        inner.setStoreHost(message.getStoreHost());
        inner.setReconsumeTimes(message.getReconsumeTimes());
        inner.setPreparedTransactionOffset(message.getPreparedTransactionOffset());
        inner.setPropertiesString(StoredRecords.propertiesText(message));
        return encode(inner);
    }

    private static byte[] encode(MessageExtBrokerInner message) {
        message.setVersion(message.getTopic().length() > Byte.MAX_VALUE ? MessageVersion.MESSAGE_VERSION_V2 : MessageVersion.MESSAGE_VERSION_V1);
        MessageExtEncoder encoder = new MessageExtEncoder(new MessageStoreConfig());
        if (encoder.encode(message) != null) throw new IllegalStateException("the store refused " + message);
        ByteBuffer staged = encoder.getEncoderBuffer();
        return Arrays.copyOf(Frames.bytesOf(staged), staged.getInt(0));
    }
}
