import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.HashMap;
import java.util.Map;

/** The official client as a child of the benchmarks: one command per line of stdin, one line of JSON per answer; ends with its stdin. */
public final class BenchClient {
    private BenchClient() {
    }

    public static void main(String[] args) throws Exception {
        try (Sends sends = new Sends(args[0]); Pulls pulls = new Pulls(args[0])) {
            say("{\"ready\":{}}");
            BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) say(answer(line, sends, pulls));
        }
        System.exit(0);
    }

    private static String answer(String line, Sends sends, Pulls pulls) {
        Map<String, String> values = new HashMap<>();
        String[] words = line.trim().split(" ");
        for (int i = 1; i < words.length; i++) values.put(words[i].split("=")[0], words[i].split("=")[1]);
        try {
            if (words[0].equals("send")) return "{\"ok\":" + sends.run(values) + "}";
            if (words[0].equals("pull")) return "{\"ok\":" + pulls.run(values) + "}";
            throw new IllegalArgumentException("there is no command " + words[0]);
        } catch (Exception failure) {
            return "{\"error\":\"" + plain(failure.toString()) + "\"}";
        }
    }

    /** Text that needs no escape in JSON. */
    static String plain(String text) {
        return text.replaceAll("[^\\x20-\\x7e]|[\"\\\\]", " ");
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
