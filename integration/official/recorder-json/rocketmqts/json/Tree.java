package rocketmqts.json;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a Java object holds, in the form of the other recorder, and besides: bytes {"$bytes": hex}, a bit set {"$bits": [0, 3]}, numbers
 * that are no integers {"$decimal": "1.0E8"}, and an object inside itself {"$same": the depth it has above}. Null is left out of objects.
 */
final class Tree {
    private final List<Object> around = new ArrayList<>();

    private Tree() {
    }

    static Object of(Object value) throws Exception {
        return new Tree().node(value);
    }

    private Object node(Object value) throws Exception {
        if (value == null || value instanceof String || value instanceof Integer || value instanceof Boolean) return value;
        if (value instanceof Character || value instanceof Enum) return value.toString();
        if (value instanceof Byte || value instanceof Short) return ((Number) value).intValue();
        if (value instanceof Double || value instanceof Float || value instanceof java.math.BigDecimal) return Map.of("$decimal", value.toString());
        if (value instanceof Number) return Map.of("$long", value.toString());
        if (value instanceof byte[]) return Map.of("$bytes", hex((byte[]) value));
        if (value instanceof BitSet) return Map.of("$bits", ((BitSet) value).stream().boxed().collect(Collectors.toList()));
        return container(value);
    }

    private Object container(Object value) throws Exception {
        for (int depth = 0; depth < around.size(); depth++) if (around.get(depth) == value) return Map.of("$same", depth);
        around.add(value);
        try {
            if (value instanceof Map) return map((Map<?, ?>) value);
            if (value instanceof Set) return Map.of("$set", sorted(list((Set<?>) value)));
            if (value instanceof Collection) return list((Collection<?>) value);
            if (value.getClass().isArray()) return array(value);
            return bean(value);
        } finally {
            around.remove(around.size() - 1);
        }
    }

    private Object map(Map<?, ?> map) throws Exception {
        boolean isPlain = map.keySet().stream().allMatch(String.class::isInstance);
        Map<String, Object> plain = new TreeMap<>();
        List<Object> pairs = new ArrayList<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (isPlain) plain.put((String) entry.getKey(), node(entry.getValue()));
            else pairs.add(pair(node(entry.getKey()), node(entry.getValue())));
        }
        return isPlain ? plain : Map.of("$map", sorted(pairs));
    }

    private static List<Object> pair(Object key, Object value) {
        List<Object> pair = new ArrayList<>();
        pair.add(key);
        pair.add(value);
        return pair;
    }

    private List<Object> list(Collection<?> elements) throws Exception {
        List<Object> list = new ArrayList<>();
        for (Object element : elements) list.add(node(element));
        return list;
    }

    private Object array(Object array) throws Exception {
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < Array.getLength(array); i++) list.add(node(Array.get(array, i)));
        return list;
    }

    private Object bean(Object bean) throws Exception {
        Map<String, Object> members = new TreeMap<>();
        for (Map.Entry<String, Field> property : properties(bean.getClass()).entrySet()) {
            Object value = property.getValue().get(bean);
            if (value != null) members.put(property.getKey(), node(value));
        }
        return members;
    }

    /** Public fields, and those with getter and setter, by their names in JSON: `isForce` with `isForce()` is `force`. */
    private static Map<String, Field> properties(Class<?> type) {
        Map<String, Field> properties = new LinkedHashMap<>();
        for (Class<?> owner = type; owner != null && owner != Object.class; owner = owner.getSuperclass()) {
            for (Field field : owner.getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers()) || field.isSynthetic()) continue;
                String name = field.getName();
                boolean isFlag = field.getType() == boolean.class && name.matches("is[A-Z].*");
                String property = isFlag ? Character.toLowerCase(name.charAt(2)) + name.substring(3) : name;
                if (!Modifier.isPublic(field.getModifiers()) && !hasSetter(type, property)) continue;
                field.setAccessible(true);
                properties.put(property, field);
            }
        }
        return properties;
    }

    private static boolean hasSetter(Class<?> type, String property) {
        String setter = "set" + Character.toUpperCase(property.charAt(0)) + property.substring(1);
        for (Method method : type.getMethods()) if (method.getName().equals(setter) && method.getParameterCount() == 1) return true;
        return false;
    }

    private static List<Object> sorted(List<Object> list) {
        list.sort(Comparator.comparing(Text::of));
        return list;
    }

    private static String hex(byte[] bytes) {
        StringBuilder hex = new StringBuilder();
        for (byte one : bytes) hex.append(String.format("%02x", one));
        return hex.toString();
    }
}
