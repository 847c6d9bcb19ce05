package rocketmqts;

import com.alibaba.fastjson.JSONObject;
import org.apache.rocketmq.remoting.protocol.RequestCode;

/** One request of the protocol as this release knows it: its code, its header classes, its bodies. */
final class Row {
    final String name;
    final String direction;
    /** never, sometimes or always. */
    final String oneway;
    final Side request;
    final Side response;

    Row(JSONObject row, JSONObject headers) {
        this.name = row.getString("name");
        this.direction = row.getString("direction");
        this.oneway = row.getString("oneway");
        this.request = new Side(row.getJSONObject("request"), headers, this, true);
        this.response = new Side(row.getJSONObject("response"), headers, this, false);
    }

    /** The number of the request's name in this release's own class. */
    int code() {
        try {
            return ((Number) RequestCode.class.getField(name).get(null)).intValue();
        } catch (ReflectiveOperationException absent) {
            throw new IllegalStateException("this release has no request " + name, absent);
        }
    }
}
