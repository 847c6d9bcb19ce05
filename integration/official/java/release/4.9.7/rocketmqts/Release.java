package rocketmqts;

import com.alibaba.fastjson.JSON;
import com.alibaba.fastjson.serializer.SerializerFeature;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.rocketmq.common.MQVersion;
import org.apache.rocketmq.common.TopicFilterType;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.protocol.body.RegisterBrokerBody;
import org.apache.rocketmq.common.protocol.body.TopicConfigSerializeWrapper;
import org.apache.rocketmq.remoting.protocol.RemotingSerializable;
import org.apache.rocketmq.store.CommitLog;
import org.apache.rocketmq.store.MessageExtBrokerInner;

/** What 4.9.7 does by other means than 5.5.0. */
final class Release {
    static final String NAME = "4.9.7";
    static final int VERSION = MQVersion.CURRENT_VERSION;
    /** What GET_ALL_TOPIC_CONFIG is answered with. */
    static final Class<?> TOPIC_CONFIGS = TopicConfigSerializeWrapper.class;

    private Release() {
    }

    /** The features that namesrv/processor/ClientRequestProcessor answers newer clients with. */
    static byte[] standardJson(RemotingSerializable body) {
        return body.encode(
            SerializerFeature.BrowserCompatible, SerializerFeature.QuoteFieldNames, SerializerFeature.SkipTransientField, SerializerFeature.MapSortField);
    }

    static RegisterBrokerBody registration(byte[] body, boolean isCompressed) throws Exception {
        return RegisterBrokerBody.decode(body, isCompressed);
    }

    static List<?> list(byte[] body, Class<?> of) {
        return JSON.parseArray(new String(body, StandardCharsets.UTF_8), of);
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

    /** The store's own encoder is not public in this release. */
    private static byte[] encode(MessageExtBrokerInner message) throws Exception {
        Constructor<CommitLog.MessageExtEncoder> constructor = CommitLog.MessageExtEncoder.class.getDeclaredConstructor(int.class);
        constructor.setAccessible(true);
        CommitLog.MessageExtEncoder encoder = constructor.newInstance(1 << 22);
        Method encode = CommitLog.MessageExtEncoder.class.getDeclaredMethod("encode", MessageExtBrokerInner.class);
        encode.setAccessible(true);
        if (encode.invoke(encoder, message) != null) throw new IllegalStateException("the store refused " + message);
        ByteBuffer staged = encoder.getEncoderBuffer();
        return Arrays.copyOf(Frames.bytesOf(staged), staged.getInt(0));
    }
}
