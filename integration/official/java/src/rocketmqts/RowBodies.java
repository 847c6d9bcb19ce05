package rocketmqts;

import java.util.Map;

/** The body that a row's shape stands for. */
final class RowBodies {
    /** Where a release answers with another class than the row names. */
    private static final Map<String, Class<?>> OTHERWISE = Map.of("TopicConfigAndMappingSerializeWrapper", Release.TOPIC_CONFIGS);

    private RowBodies() {
    }

    static Body of(String shape, String holds, String request, boolean isRequest) {
        if (request.equals("GET_ROUTEINFO_BY_TOPIC") && !isRequest) return new RouteBody();
        if (shape.equals("ResetOffsetBody") && isRequest) return new ResetOffsetBodies();
        String present = shape.startsWith("optional<") ? shape.substring(9, shape.length() - 1) : shape;
        switch (present) {
            case "none":
                return Body.NONE;
            case "bytes":
                return bytes(holds);
            case "text":
                return TextBodies.TEXT;
            case "properties":
                return TextBodies.PROPERTIES;
            default:
                return json(present);
        }
    }

    private static Body bytes(String holds) {
        if (holds == null || holds.equals("message")) return Body.BYTES;
        switch (holds) {
            case "batch":
                return Body.BATCH;
            case "record":
                return Body.RECORD;
            case "records":
                return Body.RECORDS;
            case "registration":
                return new RegistrationBody();
            default:
                throw new IllegalStateException("no body that holds " + holds);
        }
    }

    private static Body json(String type) {
        if (type.startsWith("list<")) return new ListBody(classOf(type.substring(5, type.length() - 1)));
        return new BeanBody(classOf(type));
    }

    private static Class<?> classOf(String name) {
        if (name.equals("string")) return String.class;
        return OTHERWISE.containsKey(name) ? OTHERWISE.get(name) : ReleaseClasses.body(name);
    }
}
