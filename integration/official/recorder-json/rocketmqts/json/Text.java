package rocketmqts.json;

import java.util.List;
import java.util.Map;

/** Standard JSON in ASCII, by no library that is on trial here: members in order of their names unless the map has one. */
final class Text {
    private Text() {
    }

    static String of(Object tree) {
        StringBuilder out = new StringBuilder();
        write(tree, out);
        return out.toString();
    }

    private static void write(Object tree, StringBuilder out) {
        if (tree instanceof String) quote((String) tree, out);
        else if (tree instanceof List) items((List<?>) tree, out);
        else if (tree instanceof Map) members((Map<?, ?>) tree, out);
        else out.append(tree);
    }

    private static void items(List<?> list, StringBuilder out) {
        String before = "[";
        for (Object item : list) {
            write(item, out.append(before));
            before = ",";
        }
        out.append(list.isEmpty() ? "[]" : "]");
    }

    private static void members(Map<?, ?> map, StringBuilder out) {
        String before = "{";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            quote((String) entry.getKey(), out.append(before));
            write(entry.getValue(), out.append(':'));
            before = ",";
        }
        out.append(map.isEmpty() ? "{}" : "}");
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (unit == '"' || unit == '\\') out.append('\\').append(unit);
            else if (unit < ' ' || unit > '~') out.append(String.format("\\u%04x", (int) unit));
            else out.append(unit);
        }
        out.append('"');
    }
}
