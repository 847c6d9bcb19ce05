package rocketmqts;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import com.alibaba.fastjson.JSON;
import com.alibaba.fastjson.JSONObject;
import org.apache.rocketmq.common.compression.CompressionType;
import org.apache.rocketmq.common.compression.Compressor;
import org.apache.rocketmq.common.compression.CompressorFactory;

/**
 * Compresses and decompresses bodies with the release's own compressors. Reads lines {"type", "level", "compressHex" | "decompressHex"} and
 * answers each with {"hex"} or {"failure"}.
 */
public final class CompressedBodies {
    private CompressedBodies() {
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        System.setOut(System.err);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) out.println(Described.text(answer(JSON.parseObject(line))));
        out.flush();
    }

    private static Map<String, Object> answer(JSONObject request) {
        Map<String, Object> answer = new LinkedHashMap<>();
        try {
            Compressor compressor = CompressorFactory.getCompressor(CompressionType.valueOf(request.getString("type").toUpperCase()));
            String plain = request.getString("compressHex");
            byte[] bytes = plain != null
                ? compressor.compress(Hex.bytes(plain), request.getIntValue("level"))
                : compressor.decompress(Hex.bytes(request.getString("decompressHex")));
            answer.put("hex", Hex.of(bytes));
        } catch (Exception failure) {
            answer.put("failure", failure.toString());
        }
        return answer;
    }
}
