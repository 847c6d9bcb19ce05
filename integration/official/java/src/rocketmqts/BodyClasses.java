package rocketmqts;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.rocketmq.remoting.protocol.RemotingSerializable;

/** Every class that travels as JSON: what extends RemotingSerializable or lies beside those, what is named, and what they hold. */
final class BodyClasses {
    private BodyClasses() {
    }

    /** By name without the package: `AclInfo$PolicyInfo`. {@code named} are names of further classes. */
    static Map<String, Object> described(List<Class<?>> classes, Set<String> named) {
        Map<String, Object> bodies = new TreeMap<>();
        Set<Class<?>> seen = new HashSet<>();
        Deque<Class<?>> left = new ArrayDeque<>();
        for (Class<?> type : classes) if (isBody(type) || named.contains(nameOf(type))) left.add(type);
        while (!left.isEmpty()) {
            Class<?> type = left.remove();
            if (!seen.add(type)) continue;
            if (bodies.put(nameOf(type), type.isEnum() ? constants(type) : body(type, left)) != null) {
                throw new IllegalStateException("two classes are called " + nameOf(type));
            }
        }
        return bodies;
    }

    private static String nameOf(Class<?> type) {
        return type.getName().substring(type.getName().lastIndexOf('.') + 1);
    }

    private static boolean isBody(Class<?> type) {
        if (type.isInterface() || type.isEnum() || type.isAnonymousClass() || Modifier.isAbstract(type.getModifiers())) return false;
        return RemotingSerializable.class.isAssignableFrom(type) || type.getPackageName().endsWith(".protocol.body");
    }

    private static Map<String, Object> constants(Class<?> type) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("class", type.getName());
        described.put("values", Arrays.stream(type.getEnumConstants()).map(one -> ((Enum<?>) one).name()).collect(Collectors.toList()));
        return described;
    }

    private static Map<String, Object> body(Class<?> type, Deque<Class<?>> left) {
        Map<String, Object> described = new LinkedHashMap<>();
        Class<?> base = type.getSuperclass();
        described.put("class", type.getName());
        described.put("extends", base == null || base == Object.class || base == RemotingSerializable.class ? null : base.getSimpleName());
        described.put("serializable", RemotingSerializable.class.isAssignableFrom(type));
        List<Object> members = new ArrayList<>();
        for (Field field : BeanFields.properties(type)) {
            Map<String, Object> member = new LinkedHashMap<>();
            member.put("name", BeanFields.property(field));
            if (!BeanFields.wire(field).equals(BeanFields.property(field))) member.put("wire", BeanFields.wire(field));
            member.put("type", typeText(field.getGenericType(), left));
            if (!BeanFields.isWritten(field)) member.put("notWritten", true);
            if (field.getDeclaringClass() != type) member.put("inheritedFrom", field.getDeclaringClass().getSimpleName());
            members.add(member);
        }
        described.put("members", members);
        described.put("written", getters(type));
        return described;
    }

    /** What fastjson writes besides: every getter without a field and a setter behind it. */
    private static List<String> getters(Class<?> type) {
        List<String> names = BeanFields.properties(type).stream().map(BeanFields::property).collect(Collectors.toList());
        List<String> others = new ArrayList<>();
        for (Method method : type.getMethods()) {
            if (Modifier.isStatic(method.getModifiers()) || method.getParameterCount() > 0 || method.getDeclaringClass() == Object.class) continue;
            if (!method.getName().matches("get[A-Z].*|is[A-Z].*") || method.getReturnType() == void.class) continue;
            String name = method.getName().replaceFirst("^(get|is)", "");
            name = Character.toLowerCase(name.charAt(0)) + name.substring(1);
            if (!names.contains(name) && !others.contains(name)) others.add(name);
        }
        others.sort(null);
        return others;
    }

    private static String typeText(Type type, Deque<Class<?>> left) {
        if (type instanceof ParameterizedType) {
            ParameterizedType generic = (ParameterizedType) type;
            String of = Arrays.stream(generic.getActualTypeArguments()).map(one -> typeText(one, left)).collect(Collectors.joining(", "));
            return ((Class<?>) generic.getRawType()).getSimpleName() + "<" + of + ">";
        }
        if (!(type instanceof Class<?>)) return type.getTypeName();
        Class<?> raw = (Class<?>) type;
        Class<?> element = raw.isArray() ? raw.getComponentType() : raw;
        if (!element.getName().startsWith("org.apache.rocketmq.")) return raw.getSimpleName();
        left.add(element);
        return nameOf(raw);
    }
}
