package rocketmqts;

import java.util.Map;
import org.apache.rocketmq.common.UtilAll;
import org.apache.rocketmq.remoting.CommandCustomHeader;
import org.apache.rocketmq.remoting.protocol.body.RegisterBrokerBody;
import org.apache.rocketmq.remoting.protocol.header.namesrv.RegisterBrokerRequestHeader;

/** A broker's registration, plain and compressed, with the checksum its header carries. */
final class RegistrationBody implements Body {
    @Override
    public String[] forms() {
        return new String[] {"", "compressed"};
    }

    @Override
    public byte[] write(Variant variant, CommandCustomHeader header) throws Exception {
        return write("", variant, header);
    }

    @Override
    public byte[] write(String form, Variant variant, CommandCustomHeader header) throws Exception {
        byte[] body = new Filler(variant).body(RegisterBrokerBody.class).encode(!form.isEmpty());
        RegisterBrokerRequestHeader registration = (RegisterBrokerRequestHeader) header;
        registration.setCompressed(!form.isEmpty());
        registration.setBodyCrc32(UtilAll.crc32(body));
        return body;
    }

    @Override
    public Object read(byte[] bytes, CommandCustomHeader header) throws Exception {
        boolean isCompressed = ((RegisterBrokerRequestHeader) header).isCompressed();
        Map<String, Object> body = BeanBody.described(Release.registration(bytes, isCompressed));
        if (isCompressed) withoutReadersClock(body);
        return body;
    }

    /** What the compressed form does not carry the reader makes up with its own clock. */
    @SuppressWarnings("unchecked")
    private static void withoutReadersClock(Map<String, Object> body) {
        Map<String, Object> registration = (Map<String, Object>) body.get("value");
        ((Map<String, Object>) registration.get("topicConfigSerializeWrapper")).remove("mappingDataVersion");
    }
}
