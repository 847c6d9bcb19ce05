package rocketmqts.json;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.rocketmq.common.message.MessageQueue;

/** What the releases are asked to write: every oddity of their JSON once, in a body of our own, then in bodies of theirs. */
final class Samples {
    private final Map<String, Object> samples = new LinkedHashMap<>();

    private Samples() {
    }

    static Map<String, Object> all() throws Exception {
        Samples made = new Samples();
        made.numbers();
        made.texts();
        made.lists();
        made.maps();
        made.references();
        OfficialBodies.addTo(made.samples);
        return made.samples;
    }

    private void add(String name, Consumer<Sample> fill) {
        Sample sample = new Sample();
        fill.accept(sample);
        samples.put(name, sample);
    }

    private void numbers() {
        add("empty", it -> { });
        for (long value : new long[] {0, -1, 1L << 53, (1L << 53) - 1, (1L << 53) + 1, -(1L << 53) - 1, Long.MAX_VALUE, Long.MIN_VALUE})
            add("long " + value, it -> { it.big = value; it.counter = new AtomicLong(value); it.longs = new long[] {value, 1}; });
        add("ends of int, short and byte", it -> {
            it.number = Integer.MIN_VALUE;
            it.small = Short.MAX_VALUE;
            it.octet = Byte.MIN_VALUE;
        });
        for (double value : new double[] {0, -0.0, 1, 1e7, 1e-3, 9.999e-4, 1.0 / 3, 1e21, 5e-324, Double.MAX_VALUE, 123456.789, Math.pow(2, 53)})
            add("double " + value, it -> it.ratio = value);
        for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            add("double " + value, it -> it.ratio = value);
            add("float " + value, it -> it.share = (float) value);
        }
        add("float 0.1", it -> it.share = 0.1f);
        add("beyond 64 bits", it -> it.huge = new BigInteger("123456789012345678901234567890"));
        add("exact decimal", it -> it.exact = new BigDecimal("1234567890.12345678901234567890"));
    }

    private void texts() {
        add("no text", it -> it.text = "");
        add("many scripts", it -> it.text = "\u4e3b\u9898 caf\u00e9 \u0645\u0631\u062d\u0628\u0627 \ud83d\ude80 \ud83d\udc69\u200d\ud83d\udcbb");
        add("half a pair", it -> it.text = "a\ud83d");
        add("slashes, quotes, markup", it -> it.text = "a/b \\ \"c\" 'd' <e> & f\u2028g\u2029h\ufeffi");
        StringBuilder controls = new StringBuilder();
        for (char unit = 0; unit < 0x21; unit++) controls.append(unit);
        for (char unit = 0x7e; unit < 0xa1; unit++) controls.append(unit);
        add("controls", it -> it.text = controls.toString());
        add("names as text", it -> it.table = Map.of("\u540d/\"\n", "\ud83d\ude80"));
        add("letters", it -> it.letter = '\u4e3b');
        add("enum", it -> { it.mode = Sample.Mode.SECOND; it.modes = List.of(Sample.Mode.THIRD, Sample.Mode.FIRST); });
        add("booleans", it -> it.yes = false);
    }

    private void lists() {
        add("bytes", it -> it.bytes = new byte[] {0, 1, -1, 127, -128});
        add("no bytes", it -> it.bytes = new byte[0]);
        add("bits", it -> it.bits = bitsOf(0, 3, 9));
        add("no bits", it -> it.bits = new BitSet());
        add("bits beyond a word", it -> it.bits = bitsOf(1, 64, 130));
        add("empty collections", it -> {
            it.names = new ArrayList<>();
            it.codes = new LinkedHashSet<>();
            it.table = new TreeMap<>();
            it.byQueue = new LinkedHashMap<>();
        });
        add("null items", it -> { it.names = new ArrayList<>(); it.names.add("a"); it.names.add(null); it.names.add(""); });
        add("set of numbers", it -> it.codes = new LinkedHashSet<>(List.of(3, 1, 2, -2147483648)));
    }

    private void maps() {
        add("map by int", it -> it.byInt = inOrder(0, 5L, 10, 1L << 60, -1, 0L));
        add("map by long", it -> it.byLong = inOrder(0L, "a", 1L << 53, "b", (1L << 53) + 1, "c", Long.MIN_VALUE, "d"));
        add("map by enum", it -> it.byMode = new EnumMap<>(Map.of(Sample.Mode.SECOND, "b", Sample.Mode.FIRST, "a")));
        add("map by boolean", it -> it.byFlag = inOrder(true, "a", false, "b"));
        add("map by queue", it -> it.byQueue = inOrder(queue("orders", 0), 5L, queue("\u4e3b/\"", 1), 1L << 60));
        add("map by another object", it -> it.byBroker = inOrder(broker("a", 0), "x", broker("b", 1L << 60), "y"));
        add("map by queue in a map", it -> it.nested = inOrder("10.0.0.5@1", inOrder(queue("orders", 0), 5L), "none", new LinkedHashMap<>()));
        add("map with null value", it -> { it.table = new LinkedHashMap<>(); it.table.put("a", null); it.table.put("b", "c"); });
        add("map with null key", it -> { it.table = new LinkedHashMap<>(); it.table.put(null, "a"); it.table.put("b", "c"); });
        add("map with null object key", it -> { it.byQueue = new LinkedHashMap<>(); it.byQueue.put(null, 1L); });
        add("names that look like others", it -> it.table = inOrder("__proto__", "a", "constructor", "b", "$ref", "c", "@type", "d", "0", "e", "true", "f", "", "g"));
        add("only a name $ref", it -> it.table = inOrder("$ref", "$"));
        add("only a name @type", it -> it.table = inOrder("@type", "java.lang.Object"));
        add("offsets", it -> it.offsets = new ConcurrentHashMap<>(Map.of("orders@billing", new ConcurrentHashMap<>(Map.of(0, 7L, 1, 1L << 53)))));
        add("properties", it -> { it.properties = new Properties(); it.properties.setProperty("a", "1"); it.properties.put("b", "\u4e3b"); });
    }

    private void references() {
        Sample shared = new Sample();
        shared.text = "shared";
        add("twice", it -> { it.child = shared; it.twin = shared; });
        add("twice in a list", it -> it.children = List.of(shared, shared, shared));
        add("first in a list, then outside", it -> { it.children = List.of(new Sample(), shared); it.twin = shared; });
        add("twice in a map by text", it -> it.childrenByText = inOrder("a.b", shared, "c[0]", shared, "'", shared));
        add("by a name of another script", it -> it.childrenByText = inOrder("\u4e3b \\ /\"$@", shared, "b", shared));
        add("twice in a map by int", it -> it.childrenByInt = inOrder(0, shared, 1, shared));
        add("twice in a map by queue", it -> it.samplesByQueue = inOrder(queue("orders", 0), shared, queue("orders", 1), shared));
        add("itself", it -> { it.text = "self"; it.child = it; });
        add("its parent", it -> { it.text = "top"; it.child = new Sample(); it.child.text = "below"; it.child.child = it.child; it.child.twin = it; });
        add("its grandparent", it -> {
            it.text = "top";
            it.child = new Sample();
            it.child.child = new Sample();
            it.child.child.twin = it.child;
            it.child.child.child = it;
        });
        add("an ancestor through a list", it -> { it.text = "top"; it.child = new Sample(); it.child.children = List.of(it.child); });
        add("a list twice", it -> { List<String> names = List.of("a", "b"); it.names = names; it.child = new Sample(); it.child.names = names; });
        add("a map twice", it -> { it.table = Map.of("a", "b"); it.child = new Sample(); it.child.table = it.table; });
        add("a map by int twice", it -> { it.byInt = Map.of(1, 2L); it.child = new Sample(); it.child.byInt = it.byInt; });
        add("deep", it -> {
            Sample at = it;
            for (int depth = 0; depth < 40; depth++) at = at.child = new Sample();
            at.text = "bottom";
        });
    }

    @SuppressWarnings("unchecked")
    static <Key, Value> Map<Key, Value> inOrder(Object... keysAndValues) {
        Map<Key, Value> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) map.put((Key) keysAndValues[i], (Value) keysAndValues[i + 1]);
        return map;
    }

    static MessageQueue queue(String topic, int queueId) {
        return new MessageQueue(topic, "broker-a", queueId);
    }

    private static Sample.Broker broker(String name, long id) {
        Sample.Broker broker = new Sample.Broker();
        broker.name = name;
        broker.id = id;
        return broker;
    }

    private static BitSet bitsOf(int... set) {
        BitSet bits = new BitSet();
        for (int bit : set) bits.set(bit);
        return bits;
    }
}
