import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.consumer.PullStatus;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;

/** Passes over a filled topic with DefaultMQPullConsumer, the fastest of the official pull clients: one thread per queue, 32 messages per pull. */
@SuppressWarnings("deprecation")
final class Pulls implements AutoCloseable {
    private static final int PER_PULL = 32;
    private final DefaultMQPullConsumer consumer = new DefaultMQPullConsumer("bench-java-pullers");

    Pulls(String nameserver) throws Exception {
        consumer.setNamesrvAddr(nameserver);
        consumer.setInstanceName("bench-pulls");
        consumer.start();
    }

    @Override
    public void close() {
        consumer.shutdown();
    }

    String run(Map<String, String> values) throws Exception {
        Set<MessageQueue> queues = consumer.fetchSubscribeMessageQueues(values.get("topic"));
        long wanted = Long.parseLong(values.get("messages"));
        Result result = new Result();
        long deadline = System.nanoTime() + (long) (Double.parseDouble(values.get("seconds")) * 1e9);
        AtomicLong bytes = new AtomicLong();
        long read = 0;
        do {
            long pass = pass(queues, bytes, result);
            if (pass != wanted) throw new IllegalStateException(pass + " messages came, " + wanted + " are stored");
            read += pass;
        } while (System.nanoTime() < deadline);
        if (bytes.get() == 0) throw new IllegalStateException("the messages have no bodies");
        return result.json(read);
    }

    private long pass(Set<MessageQueue> queues, AtomicLong bytes, Result result) throws InterruptedException {
        AtomicLong read = new AtomicLong();
        Thread[] threads = queues.stream().map(queue -> new Thread(() -> readQueue(queue, read, bytes, result))).toArray(Thread[]::new);
        for (Thread thread : threads) thread.start();
        for (Thread thread : threads) thread.join();
        return read.get();
    }

    private void readQueue(MessageQueue queue, AtomicLong read, AtomicLong bytes, Result result) {
        try {
            for (long offset = 0; ; ) {
                long begun = System.nanoTime();
                PullResult pulled = consumer.pull(queue, "*", offset, PER_PULL);
                result.succeeded(System.nanoTime() - begun);
                offset = pulled.getNextBeginOffset();
                if (pulled.getPullStatus() == PullStatus.FOUND) {
                    for (MessageExt message : pulled.getMsgFoundList()) bytes.addAndGet(message.getBody().length);
                    read.addAndGet(pulled.getMsgFoundList().size());
                }
                if (offset >= pulled.getMaxOffset()) return;
            }
        } catch (Exception failure) {
            result.failed(failure);
        }
    }
}
