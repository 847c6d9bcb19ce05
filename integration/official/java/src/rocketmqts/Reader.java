package rocketmqts;

import com.alibaba.fastjson.JSON;
import com.alibaba.fastjson.JSONObject;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Reads frames of anybody's with the classes of the release on the class path. A line on stdin is {"id", "request", "side", "error",
 * "frameHex"}; the answer is {"id", "decoded"} in the recorder's form, or {"id", "failure"}.
 */
public final class Reader {
    private Reader() {
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        System.setOut(System.err);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            out.println(Described.text(read(JSON.parseObject(line))));
        }
        out.flush();
    }

    private static Map<String, Object> read(JSONObject input) {
        Map<String, Object> answer = Described.tagged("id", input.getInteger("id"));
        try {
            answer.put("decoded", decoded(input));
        } catch (Exception failure) {
            answer.put("failure", failure.toString());
        }
        return answer;
    }

    private static Map<String, Object> decoded(JSONObject input) throws Exception {
        byte[] frame = Hex.bytes(input.getString("frameHex"));
        Row row = Rows.ALL.stream().filter(one -> one.name.equals(input.getString("request"))).findFirst().orElseThrow();
        if (input.getBooleanValue("error")) return Frames.decoded(frame, null, Body.NONE);
        boolean isRequest = input.getString("side").equals("request");
        return Frames.decoded(frame, isRequest ? row.requestHeader : row.responseHeader, isRequest ? row.requestBody : row.responseBody);
    }
}
