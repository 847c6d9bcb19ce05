package rocketmqts;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;

/**
 * Prints one JSON line per recording, made by the classes of the release on the class path: {"file": …, "record": {…}}.
 * Arguments: the seed of the drawn values, and the file that says which requests there are.
 */
public final class Recorder {
    private Recorder() {
    }

    public static void main(String[] arguments) throws Exception {
        long seed = Long.parseLong(arguments[0]);
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        System.setOut(System.err);
        System.setProperty(RemotingCommand.REMOTING_VERSION_KEY, Integer.toString(Release.VERSION));
        Rows rows = new Rows(arguments[1]);
        for (Row row : rows.all) {
            for (Map<String, Object> record : new Frames(row, seed).record()) print(out, row.name, record);
        }
        for (String header : rows.otherHeaders) {
            for (Map<String, Object> record : new HeaderFrames(header, seed).record()) print(out, "other-headers", record);
        }
        for (Map<String, Object> record : StoredRecords.record()) print(out, "message-records", record);
        for (Map<String, Object> record : Batches.record(seed)) print(out, "message-batches", record);
        for (Map<String, Object> record : MessageIds.record()) print(out, "message-ids", record);
        for (Map<String, Object> record : TagHashCodes.record()) print(out, "tag-hash-codes", record);
        for (Map<String, Object> record : Signatures.record()) print(out, "signatures", record);
        out.flush();
    }

    private static void print(PrintStream out, String file, Map<String, Object> record) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("file", file);
        line.put("record", record);
        out.println(Described.text(line));
    }
}
