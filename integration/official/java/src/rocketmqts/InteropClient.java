package rocketmqts;

import com.alibaba.fastjson.JSON;
import com.alibaba.fastjson.JSONObject;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.rocketmq.client.ClientConfig;

/**
 * The official clients behind a line protocol. Each line on stdin is {"id", "do", …}; each is answered on stdout by {"id", "ok"} or
 * {"id", "error"}, and what consumers receive is told as {"event": "message", …} in between. Ends when stdin does.
 * The only argument is the address of the nameserver.
 */
public final class InteropClient {
    private final String nameserver;
    private final Speaker speaker;
    private final Map<String, Member> members = new ConcurrentHashMap<>();

    private InteropClient(String nameserver, Speaker speaker) {
        this.nameserver = nameserver;
        this.speaker = speaker;
    }

    public static void main(String[] arguments) throws Exception {
        InteropClient client = new InteropClient(arguments[0], new Speaker(System.out));
        System.setOut(System.err);
        System.setProperty("rocketmq.client.rebalance.waitInterval", "1000");
        ExecutorService workers = Executors.newCachedThreadPool();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            JSONObject command = JSON.parseObject(line);
            workers.execute(() -> client.answer(command));
        }
        client.members.values().forEach(Member::close);
        System.exit(0);
    }

    private void answer(JSONObject command) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("id", command.get("id"));
        try {
            answer.put("ok", perform(command));
        } catch (Throwable failure) {
            answer.put("error", Speaker.failure(failure));
        }
        speaker.say(answer);
    }

    private Object perform(JSONObject command) throws Exception {
        String name = command.getString("member");
        switch (command.getString("do")) {
            case "producer":
                return join(name, new ProducerMember(nameserver, command));
            case "pushConsumer":
                return join(name, new PushMember(nameserver, command, speaker));
            case "litePullConsumer":
                return join(name, new LitePullMember(nameserver, command));
            case "leave":
                members.remove(name).close();
                return name;
            default:
                Member member = members.get(name);
                if (member == null) throw new IllegalArgumentException("no member " + name);
                return member.perform(command);
        }
    }

    private String join(String name, Member member) {
        if (members.putIfAbsent(name, member) == null) return name;
        member.close();
        throw new IllegalArgumentException("there is a member " + name + " already");
    }

    /** A new group's retry topic is found with the next look at the routes: every second instead of every 30. */
    static void configure(ClientConfig client, String nameserver, String member) {
        client.setNamesrvAddr(nameserver);
        client.setInstanceName(member);
        client.setPollNameServerInterval(1_000);
    }

    /** One started client of the official library. */
    interface Member {
        Object perform(JSONObject command) throws Exception;

        void close();
    }
}
