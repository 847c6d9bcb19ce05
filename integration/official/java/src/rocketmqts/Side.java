package rocketmqts;

import com.alibaba.fastjson.JSONObject;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.rocketmq.remoting.CommandCustomHeader;

/** The header and the body of a request or of its answer. */
final class Side {
    /** Null when the release has no such class: the fields, if there are any, are then added by hand. */
    final Class<? extends CommandCustomHeader> header;
    final Body body;
    /** Ext fields that upstream sets beside a header class or without one, with the type of each. */
    final Map<String, String> beside = new LinkedHashMap<>();
    private final String headerName;

    Side(JSONObject side, JSONObject headers, Row row, boolean isRequest) {
        headerName = side.getString("header");
        JSONObject described = headers.getJSONObject(headerName);
        boolean isClassless = described != null && described.getBooleanValue("classless");
        header = described == null || isClassless ? null : ReleaseClasses.header(headerName);
        body = RowBodies.of(side.getString("body"), side.getString("holds"), row.name, isRequest);
        if (described == null) return;
        for (Object one : described.getJSONArray("fields")) {
            JSONObject field = (JSONObject) one;
            String wire = field.containsKey("wire") ? field.getString("wire") : field.getString("name");
            if (isClassless || field.getBooleanValue("beside")) beside.put(wire, field.getString("type"));
        }
    }

    boolean names(String header) {
        return headerName.equals(header);
    }
}
