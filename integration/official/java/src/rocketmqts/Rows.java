package rocketmqts;

import com.alibaba.fastjson.JSON;
import com.alibaba.fastjson.JSONObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Every request that is recorded: what `protocol/print.mjs --release …` says of this release, in a file. */
final class Rows {
    final List<Row> all = new ArrayList<>();
    /** Names of headers that no request has. */
    final List<String> otherHeaders = new ArrayList<>();

    Rows(String file) throws IOException {
        JSONObject protocol = JSON.parseObject(new String(Files.readAllBytes(Path.of(file)), StandardCharsets.UTF_8));
        JSONObject headers = protocol.getJSONObject("headers");
        for (Object row : protocol.getJSONArray("requests")) all.add(new Row((JSONObject) row, headers));
        for (String name : headers.keySet()) if (isUnused(headers.getJSONObject(name), name)) otherHeaders.add(name);
        otherHeaders.sort(null);
    }

    Row find(String name, String direction) {
        return all.stream().filter(row -> row.name.equals(name) && row.direction.equals(direction)).findFirst().orElseThrow();
    }

    private boolean isUnused(JSONObject header, String name) {
        if (header.getBooleanValue("abstract") || header.getBooleanValue("classless")) return false;
        return all.stream().noneMatch(row -> row.request.names(name) || row.response.names(name));
    }
}
