package rocketmqts;

import java.lang.reflect.Field;
import org.apache.rocketmq.remoting.CommandCustomHeader;
import org.apache.rocketmq.remoting.protocol.RequestCode;

/** One request of the protocol as this release knows it: its code, its header classes, its bodies. */
final class Row {
    private static final String[] PACKAGES = {
        "org.apache.rocketmq.remoting.protocol.header.", "org.apache.rocketmq.remoting.protocol.header.namesrv."};

    final String name;
    final String direction;
    final Class<? extends CommandCustomHeader> requestHeader;
    final Class<? extends CommandCustomHeader> responseHeader;
    final Body requestBody;
    final Body responseBody;

    Row(String name, String direction, String requestHeader, String responseHeader, Body requestBody, Body responseBody) {
        this.name = name;
        this.direction = direction;
        this.requestHeader = headerClass(requestHeader);
        this.responseHeader = headerClass(responseHeader);
        this.requestBody = requestBody;
        this.responseBody = responseBody;
    }

    /** The number of a request code's name; null when the release has no such request. */
    Integer code() {
        try {
            Field code = RequestCode.class.getField(name);
            return code.getInt(null);
        } catch (NoSuchFieldException absent) {
            return null;
        } catch (IllegalAccessException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Null when the release has no such class: the request then travels without header fields. */
    private static Class<? extends CommandCustomHeader> headerClass(String simpleName) {
        if (simpleName == null) return null;
        for (String packageName : PACKAGES) {
            try {
                return Class.forName(packageName + simpleName).asSubclass(CommandCustomHeader.class);
            } catch (ClassNotFoundException absent) {
                // the other package, or another release
            }
        }
        return null;
    }
}
