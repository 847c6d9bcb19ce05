package rocketmqts;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.rocketmq.common.MixAll;
import org.apache.rocketmq.remoting.CommandCustomHeader;

/** Bodies that are text. */
final class TextBodies {
    private TextBodies() {
    }

    static final Body TEXT = new Body() {
        @Override
        public byte[] write(Variant variant, CommandCustomHeader header) {
            return variant.is("sparse") ? null : variant.text("billing").getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public Object read(byte[] bytes, CommandCustomHeader header) {
            return Body.described("text", new String(bytes, StandardCharsets.UTF_8));
        }
    };

    /** Settings as lines. In Latin letters only: the official reader takes bytes for characters. */
    static final Body PROPERTIES = new Body() {
        @Override
        public byte[] write(Variant variant, CommandCustomHeader header) {
            if (variant.is("sparse")) return null;
            Properties properties = new Properties();
            properties.put("deleteWhen", "04");
            properties.put("flushDiskType", variant.bool(false) ? "SYNC_FLUSH" : "ASYNC_FLUSH");
            properties.put("fileReservedTime", Integer.toString(variant.int32(72)));
            return MixAll.properties2String(properties).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public Object read(byte[] bytes, CommandCustomHeader header) {
            Map<String, Object> read = new TreeMap<>();
            MixAll.string2Properties(new String(bytes, StandardCharsets.UTF_8)).forEach((key, value) -> read.put((String) key, value));
            return Body.described("properties", read);
        }
    };
}
