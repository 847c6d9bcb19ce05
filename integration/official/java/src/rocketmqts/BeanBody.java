package rocketmqts;

import java.util.Map;
import org.apache.rocketmq.remoting.CommandCustomHeader;
import org.apache.rocketmq.remoting.protocol.RemotingSerializable;

/** A body that is one object in JSON. */
class BeanBody implements Body {
    private final Class<?> type;

    BeanBody(Class<?> type) {
        this.type = type;
    }

    @Override
    public byte[] write(Variant variant, CommandCustomHeader header) throws Exception {
        return RemotingSerializable.encode(new Filler(variant).body(type));
    }

    @Override
    public Object read(byte[] bytes, CommandCustomHeader header) throws Exception {
        return described(RemotingSerializable.decode(bytes, type));
    }

    static Map<String, Object> described(Object bean) throws Exception {
        Map<String, Object> body = Body.described("json", Described.tree(bean));
        body.put("class", bean.getClass().getSimpleName());
        return body;
    }
}
