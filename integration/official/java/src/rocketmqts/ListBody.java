package rocketmqts;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.rocketmq.remoting.CommandCustomHeader;
import org.apache.rocketmq.remoting.protocol.RemotingSerializable;

/** A body that is a list in JSON. */
final class ListBody implements Body {
    private final Class<?> of;

    ListBody(Class<?> of) {
        this.of = of;
    }

    @Override
    public byte[] write(Variant variant, CommandCustomHeader header) throws Exception {
        List<Object> elements = new ArrayList<>();
        for (int index = 0; index < variant.count(); index++) elements.add(new Filler(variant).element(of, index));
        return RemotingSerializable.encode(elements);
    }

    @Override
    public Object read(byte[] bytes, CommandCustomHeader header) throws Exception {
        Map<String, Object> body = Body.described("json", Described.tree(Release.list(bytes, of)));
        body.put("class", "List<" + of.getSimpleName() + ">");
        return body;
    }
}
