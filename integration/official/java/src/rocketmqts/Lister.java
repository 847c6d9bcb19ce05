package rocketmqts;

import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.rocketmq.remoting.CommandCustomHeader;
import org.apache.rocketmq.remoting.annotation.CFNotNull;
import org.apache.rocketmq.remoting.annotation.CFNullable;
import org.apache.rocketmq.remoting.protocol.FastCodesHeader;

/**
 * Prints, as one JSON object, what the release on the class path knows of the protocol: its request and response codes, every header class
 * with its fields, own and inherited, and every body class with its properties. All by reflection: nothing here names a code or a class.
 * The arguments are names of body classes that are told by no other sign.
 */
public final class Lister {
    private Lister() {
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        System.setOut(System.err);
        List<Class<?>> classes = ReleaseClasses.all();
        Map<String, Object> listed = new LinkedHashMap<>();
        listed.put("requestCodes", codes(classes, "RequestCode"));
        listed.put("responseCodes", codes(classes, "ResponseCode"));
        listed.put("headers", headers(classes));
        listed.put("bodies", BodyClasses.described(classes, Set.of(arguments)));
        out.println(Described.text(listed));
        out.flush();
    }

    /** The constants of a class, inherited ones too. A few codes are shorts upstream. */
    private static Map<String, Object> codes(List<Class<?>> classes, String simpleName) throws Exception {
        Map<String, Object> codes = new TreeMap<>();
        for (Class<?> type : classes) {
            if (!type.getName().endsWith(".protocol." + simpleName)) continue;
            for (Field field : type.getFields()) {
                if (Modifier.isStatic(field.getModifiers())) codes.put(field.getName(), ((Number) field.get(null)).intValue());
            }
        }
        return codes;
    }

    private static Map<String, Object> headers(List<Class<?>> classes) {
        Map<String, Object> headers = new TreeMap<>();
        for (Class<?> type : classes) {
            if (!CommandCustomHeader.class.isAssignableFrom(type) || type.isInterface()) continue;
            if (headers.put(type.getSimpleName(), header(type)) != null) throw new IllegalStateException("two classes are called " + type.getSimpleName());
        }
        return headers;
    }

    private static Map<String, Object> header(Class<?> type) {
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("class", type.getName());
        header.put("extends", base(type));
        header.put("abstract", Modifier.isAbstract(type.getModifiers()));
        header.put("fast", FastCodesHeader.class.isAssignableFrom(type));
        List<Object> fields = new ArrayList<>();
        for (Field field : BeanFields.all(type)) fields.add(headerField(type, field));
        header.put("fields", fields);
        return header;
    }

    private static String base(Class<?> type) {
        Class<?> base = type.getSuperclass();
        return base == null || base == Object.class ? null : base.getSimpleName();
    }

    /** A primitive is read as the zero of its type when it is missing, whatever its annotations say. */
    private static Map<String, Object> headerField(Class<?> type, Field field) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("name", field.getName());
        described.put("type", field.getType().getSimpleName());
        described.put("notNull", field.getAnnotation(CFNotNull.class) != null);
        described.put("nullable", field.getAnnotation(CFNullable.class) != null);
        if (field.getDeclaringClass() != type) described.put("inheritedFrom", field.getDeclaringClass().getSimpleName());
        return described;
    }
}
