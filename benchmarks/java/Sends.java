import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.message.Message;

/** Sends of one DefaultMQProducer: `inFlight` threads that wait, or `inFlight` callbacks. */
final class Sends implements AutoCloseable {
    private static final int TIMEOUT_MS = 10_000;
    private final DefaultMQProducer producer = new DefaultMQProducer("bench-producers");

    Sends(String nameserver) throws Exception {
        producer.setNamesrvAddr(nameserver);
        producer.setInstanceName("bench-sends");
        producer.setSendMsgTimeout(TIMEOUT_MS);
        producer.start();
    }

    @Override
    public void close() {
        producer.shutdown();
    }

    String run(Map<String, String> values) throws InterruptedException {
        String topic = values.get("topic");
        byte[] body = new byte[Integer.parseInt(values.get("bytes"))];
        Arrays.fill(body, (byte) 'x');
        int inFlight = Integer.parseInt(values.get("inFlight"));
        long most = Long.parseLong(values.get("most"));
        long deadline = System.nanoTime() + (long) (Double.parseDouble(values.get("seconds")) * 1e9);
        Result result = new Result();
        if (values.get("mode").equals("sync")) runThreads(topic, body, inFlight, most, deadline, result);
        else runCallbacks(topic, body, inFlight, most, deadline, result);
        return result.json();
    }

    private void runThreads(String topic, byte[] body, int count, long most, long deadline, Result result) throws InterruptedException {
        AtomicLong started = new AtomicLong();
        Thread[] threads = new Thread[count];
        for (int i = 0; i < count; i++) {
            threads[i] = new Thread(() -> {
                while (System.nanoTime() < deadline && started.incrementAndGet() <= most) sendAndWait(topic, body, result);
            });
            threads[i].start();
        }
        for (Thread thread : threads) thread.join();
    }

    private void sendAndWait(String topic, byte[] body, Result result) {
        long begun = System.nanoTime();
        try {
            producer.send(new Message(topic, body));
            result.succeeded(System.nanoTime() - begun);
        } catch (Exception failure) {
            result.failed(failure);
        }
    }

    private void runCallbacks(String topic, byte[] body, int count, long most, long deadline, Result result) throws InterruptedException {
        Semaphore free = new Semaphore(count);
        for (long started = 0; started < most && System.nanoTime() < deadline; started++) {
            free.acquire();
            sendWithCallback(topic, body, free, result);
        }
        free.acquire(count);
    }

    private void sendWithCallback(String topic, byte[] body, Semaphore free, Result result) throws InterruptedException {
        long begun = System.nanoTime();
        try {
            producer.send(new Message(topic, body), new SendCallback() {
                @Override
                public void onSuccess(SendResult sent) {
                    result.succeeded(System.nanoTime() - begun);
                    free.release();
                }

                @Override
                public void onException(Throwable failure) {
                    result.failed(failure);
                    free.release();
                }
            });
        } catch (InterruptedException interrupted) {
            throw interrupted;
        } catch (Exception failure) {
            result.failed(failure);
            free.release();
        }
    }
}
