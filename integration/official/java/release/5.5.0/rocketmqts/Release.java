package rocketmqts;

import com.alibaba.fastjson2.JSONWriter;
import org.apache.rocketmq.common.MQVersion;
import org.apache.rocketmq.remoting.protocol.RemotingSerializable;
import org.apache.rocketmq.remoting.protocol.body.RegisterBrokerBody;

/** What 5.5.0 does by other means than 4.9.7. */
final class Release {
    static final String NAME = "5.5.0";
    static final int VERSION = MQVersion.CURRENT_VERSION;

    private Release() {
    }

    /** The features that namesrv/processor/ClientRequestProcessor answers newer clients with. */
    static byte[] standardJson(RemotingSerializable body) {
        return body.encode(JSONWriter.Feature.BrowserCompatible, JSONWriter.Feature.MapSortField);
    }

    static RegisterBrokerBody registration(byte[] body, boolean isCompressed) throws Exception {
        return RegisterBrokerBody.decode(body, isCompressed, MQVersion.value2Version(VERSION));
    }
}
