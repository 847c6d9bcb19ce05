package rocketmqts;

import com.alibaba.fastjson.JSON;
import com.alibaba.fastjson.JSONObject;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Reads frames of anybody's with the classes of the release on the class path. A line on stdin is {"id", "request", "direction",
 * "side", "error", "frameHex"}; the answer is {"id", "decoded"} in the recorder's form, or {"id", "failure"}. The argument
 * is the file that says which requests there are.
 */
public final class Reader {
    private Reader() {
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        System.setOut(System.err);
        Rows rows = new Rows(arguments[0]);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            out.println(Described.text(read(rows, JSON.parseObject(line))));
        }
        out.flush();
    }

    private static Map<String, Object> read(Rows rows, JSONObject input) {
        Map<String, Object> answer = Described.tagged("id", input.getInteger("id"));
        try {
            answer.put("decoded", decoded(rows, input));
        } catch (Exception failure) {
            answer.put("failure", failure.toString());
        }
        return answer;
    }

    private static Map<String, Object> decoded(Rows rows, JSONObject input) throws Exception {
        byte[] frame = Hex.bytes(input.getString("frameHex"));
        if (input.getString("request").equals("other-headers")) return Frames.decoded(frame, ReleaseClasses.header(input.getString("class")), Body.NONE);
        Row row = rows.find(input.getString("request"), input.getString("direction"));
        if (input.getBooleanValue("error")) return Frames.decoded(frame, null, Body.NONE);
        Side side = input.getString("side").equals("request") ? row.request : row.response;
        return Frames.decoded(frame, side.header, side.body);
    }
}
