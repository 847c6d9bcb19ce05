package rocketmqts;

import com.alibaba.fastjson.serializer.SerializerFeature;
import org.apache.rocketmq.common.MQVersion;
import org.apache.rocketmq.common.protocol.body.RegisterBrokerBody;
import org.apache.rocketmq.remoting.protocol.RemotingSerializable;

/** What 4.9.7 does by other means than 5.5.0. */
final class Release {
    static final String NAME = "4.9.7";
    static final int VERSION = MQVersion.CURRENT_VERSION;

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
}
