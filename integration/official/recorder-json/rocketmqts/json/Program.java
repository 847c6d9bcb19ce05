package rocketmqts.json;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Arguments: the engine (`release` for RemotingSerializable of the class path, `fastjson1` for fastjson 1.2.83 beside it) and what to do:
 *
 * `write` prints {"name", "style", "class", "text", "decoded" | "refused"} per sample that the release itself writes
 * (fastjson2 runs out of stack on objects that hold themselves);
 * `read` takes lines of id, class and base64 of a text, and prints {"id", "decoded" | "refused"}.
 */
public final class Program {
    private static final String[] STYLES = {"plain", "standard", "pretty"};

    private Program() {
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        System.setOut(System.err);
        Engine engine = Engine.named(arguments[0]);
        if (arguments[1].equals("write")) write(engine, out);
        else read(engine, out);
        out.flush();
    }

    private static void write(Engine engine, PrintStream out) throws Exception {
        for (Map.Entry<String, Object> sample : Samples.all().entrySet()) {
            Object value = sample.getValue();
            String before = null;
            for (String style : STYLES) {
                String text;
                try {
                    text = engine.write(value, style);
                } catch (RuntimeException | StackOverflowError | InvocationTargetException refusal) {
                    continue;
                }
                if (text == null || text.equals(before)) continue;
                if (style.equals("plain")) before = text;
                Map<String, Object> line = new LinkedHashMap<>();
                line.put("name", sample.getKey());
                line.put("style", style);
                line.put("class", value.getClass().getSimpleName());
                line.put("text", text);
                line.putAll(outcome(engine, text, value.getClass()));
                out.println(Text.of(line));
            }
        }
    }

    private static void read(Engine engine, PrintStream out) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] parts = line.split(" ", -1);
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("id", Integer.valueOf(parts[0]));
            String text = new String(Base64.getDecoder().decode(parts[2]), StandardCharsets.UTF_8);
            answer.putAll(outcome(engine, text, Classes.named(parts[1])));
            out.println(Text.of(answer));
        }
    }

    /** Only the kind of a refusal, not its words: these name places and versions. */
    private static Map<String, Object> outcome(Engine engine, String text, Class<?> type) throws Exception {
        Map<String, Object> outcome = new LinkedHashMap<>();
        try {
            outcome.put("decoded", Tree.of(engine.read(text, type)));
        } catch (RuntimeException | StackOverflowError | InvocationTargetException refusal) {
            outcome.put("refused", refusal.getClass().getSimpleName());
        }
        return outcome;
    }
}
