package rocketmqts;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.rocketmq.remoting.CommandCustomHeader;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;
import org.apache.rocketmq.remoting.protocol.SerializeType;

/** Frames of a header that no request has, under the code 0. */
final class HeaderFrames {
    private final Class<? extends CommandCustomHeader> header;
    private final long seed;

    HeaderFrames(String name, long seed) {
        this.header = ReleaseClasses.header(name);
        this.seed = seed ^ name.hashCode();
    }

    List<Map<String, Object>> record() throws Exception {
        List<Map<String, Object>> recorded = new ArrayList<>();
        for (SerializeType encoding : SerializeType.values()) {
            for (String name : Frames.variants(header, Body.NONE)) {
                Variant variant = new Variant(name, seed);
                RemotingCommand command = RemotingCommand.createRequestCommand(0, new Filler(variant).header(header));
                recorded.add(Frames.recorded(name, "request", encoding, variant, command, header, Body.NONE, 0, "to-server"));
            }
        }
        return recorded;
    }
}
