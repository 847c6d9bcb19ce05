package rocketmqts;

import java.nio.charset.StandardCharsets;
import org.apache.rocketmq.remoting.protocol.body.ResetOffsetBody;
import org.apache.rocketmq.remoting.protocol.body.ResetOffsetBodyForC;
import org.apache.rocketmq.remoting.CommandCustomHeader;

/** Offsets to go on from: by queues as keys, or, for clients in C++, as a list. */
final class ResetOffsetBodies implements Body {
    private final Body plain = new BeanBody(ResetOffsetBody.class);
    private final Body forC = new BeanBody(ResetOffsetBodyForC.class);

    @Override
    public String[] forms() {
        return new String[] {"", "for-c"};
    }

    @Override
    public byte[] write(Variant variant, CommandCustomHeader header) throws Exception {
        return write("", variant, header);
    }

    @Override
    public byte[] write(String form, Variant variant, CommandCustomHeader header) throws Exception {
        return (form.isEmpty() ? plain : forC).write(variant, header);
    }

    @Override
    public Object read(byte[] bytes, CommandCustomHeader header) throws Exception {
        boolean isList = new String(bytes, StandardCharsets.UTF_8).contains("\"offsetTable\":[");
        return (isList ? forC : plain).read(bytes, header);
    }
}
