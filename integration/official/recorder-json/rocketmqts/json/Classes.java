package rocketmqts.json;

/** Classes of bodies by their simple names, wherever the release keeps them. */
final class Classes {
    private static final String[] PACKAGES = {
        "rocketmqts.json.",
        "org.apache.rocketmq.remoting.protocol.body.",
        "org.apache.rocketmq.remoting.protocol.route.",
        "org.apache.rocketmq.remoting.protocol.heartbeat.",
        "org.apache.rocketmq.remoting.protocol.admin.",
        "org.apache.rocketmq.remoting.protocol.",
        "org.apache.rocketmq.common.protocol.body.",
        "org.apache.rocketmq.common.protocol.route.",
        "org.apache.rocketmq.common.protocol.heartbeat.",
        "org.apache.rocketmq.common.admin.",
        "org.apache.rocketmq.common.message.",
        "org.apache.rocketmq.common.",
    };

    private Classes() {
    }

    /** `null` when the release has no such class. */
    static Class<?> find(String name) {
        for (String place : PACKAGES) {
            try {
                return Class.forName(place + name);
            } catch (ClassNotFoundException elsewhere) {
                continue;
            }
        }
        return null;
    }

    static Class<?> named(String name) {
        Class<?> found = find(name);
        if (found == null) throw new IllegalArgumentException("no class " + name);
        return found;
    }
}
