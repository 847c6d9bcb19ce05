package rocketmqts.json;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.protocol.RemotingSerializable;

/** A member of every kind that some body of the releases has, and a few that a later one could. */
public class Sample extends RemotingSerializable {
    public String text;
    public Integer number;
    public Long big;
    public Double ratio;
    public Float share;
    public Boolean yes;
    public Byte octet;
    public Short small;
    public Character letter;
    public BigInteger huge;
    public BigDecimal exact;
    public AtomicLong counter;
    public Mode mode;
    public byte[] bytes;
    public long[] longs;
    public BitSet bits;
    public List<String> names;
    public Set<Integer> codes;
    public List<Mode> modes;
    public Map<String, String> table;
    public Map<String, Long> longsByText;
    public Map<Integer, Long> byInt;
    public Map<Long, String> byLong;
    public Map<Mode, String> byMode;
    public Map<Boolean, String> byFlag;
    public Map<MessageQueue, Long> byQueue;
    public Map<MessageQueue, Sample> samplesByQueue;
    public Map<Broker, String> byBroker;
    public ConcurrentMap<String, ConcurrentMap<Integer, Long>> offsets;
    public Map<String, Map<MessageQueue, Long>> nested;
    public Properties properties;
    public Sample child;
    public Sample twin;
    public List<Sample> children;
    public Map<String, Sample> childrenByText;
    public Map<Integer, Sample> childrenByInt;

    public enum Mode { FIRST, SECOND, THIRD }

    /** Another object that is a key. */
    public static class Broker {
        public String name;
        public long id;

        @Override
        public boolean equals(Object other) {
            return other instanceof Broker && ((Broker) other).id == id && ((Broker) other).name.equals(name);
        }

        @Override
        public int hashCode() {
            return Long.hashCode(id);
        }
    }
}
