import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;

/** What came of a load. Every duration is counted, in buckets at most 1/64 of their value wide: those of the Node.js programs. */
final class Result {
    private static final int SUB_BUCKETS = 64;
    private static final int SUB_BITS = 6;
    private static final int HIGHEST_POWER = 40;
    private static final int BUCKETS = (HIGHEST_POWER - SUB_BITS + 2) * SUB_BUCKETS;

    private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);
    private final AtomicLong failed = new AtomicLong();
    private final AtomicReference<String> firstError = new AtomicReference<>();
    private final long start = System.nanoTime();

    void succeeded(long nanoseconds) {
        counts.incrementAndGet(Math.min(bucketOf(Math.max(0, nanoseconds)), BUCKETS - 1));
    }

    void failed(Throwable failure) {
        failed.incrementAndGet();
        firstError.compareAndSet(null, BenchClient.plain(String.valueOf(failure)));
    }

    /** The timed operations were the messages. */
    String json() {
        return json(total());
    }

    /** The timed operations carried so many messages. */
    String json(long messages) {
        long elapsed = System.nanoTime() - start;
        String error = firstError.get() == null ? "" : ",\"firstError\":\"" + firstError.get() + "\"";
        return "{\"messages\":" + messages + ",\"failed\":" + failed.get() + error + ",\"elapsedNs\":" + elapsed
            + ",\"p50Ns\":" + quantile(0.5) + ",\"p99Ns\":" + quantile(0.99) + "}";
    }

    private long total() {
        long total = 0;
        for (int i = 0; i < BUCKETS; i++) total += counts.get(i);
        return total;
    }

    private String quantile(double part) {
        long total = total();
        if (total == 0) return "null";
        long left = Math.max(1, (long) Math.ceil(part * total));
        int bucket = 0;
        for (left -= counts.get(0); left > 0; left -= counts.get(bucket)) bucket++;
        return String.valueOf(middleOf(bucket));
    }

    private static int bucketOf(long nanoseconds) {
        if (nanoseconds < SUB_BUCKETS) return (int) nanoseconds;
        int power = 63 - Long.numberOfLeadingZeros(nanoseconds);
        return (power - SUB_BITS) * SUB_BUCKETS + (int) Math.min(nanoseconds >> (power - SUB_BITS), Integer.MAX_VALUE / 2);
    }

    private static double middleOf(int bucket) {
        if (bucket < 2 * SUB_BUCKETS) return bucket;
        double width = Math.pow(2, bucket / SUB_BUCKETS - 1);
        return (bucket % SUB_BUCKETS + SUB_BUCKETS) * width + (width - 1) / 2;
    }
}
