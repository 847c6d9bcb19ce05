package rocketmqts;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.rocketmq.remoting.CommandCustomHeader;
import org.apache.rocketmq.remoting.annotation.CFNotNull;

/** Fills headers and bodies of whatever release is on the class path, field by field, so that no field of a class is forgotten. */
final class Filler {
    /** A map's keys repeat a field of its values; this names that field. */
    private static final Map<String, String> KEY_NAMES = Map.of(
        "topicConfigTable", "topicName", "brokerAddrTable", "brokerName", "clusterAddrTable", "clusterName", "filterServerTable", "brokerAddr");

    /** Numbers of which official readers take only these. */
    private static final Map<String, int[]> CHOICES = Map.of("commitOrRollback", new int[] {8, 12});

    /** Numbers that official readers take from 1 on. */
    private static final Set<String> POSITIVE = Set.of("maxCount");

    private final Variant variant;

    Filler(Variant variant) {
        this.variant = variant;
    }

    <T extends CommandCustomHeader> T header(Class<T> type) throws Exception {
        T header = type.getDeclaredConstructor().newInstance();
        for (Field field : BeanFields.all(type)) {
            if (isOmitted(type, field) && !isTimeOfDay(field.get(header))) continue;
            boolean isEmptied = variant.is("empty") && isOptional(field) && field.getType() == String.class;
            field.set(header, isEmptied ? "" : value(field.getGenericType(), field.getName(), 0));
        }
        return header;
    }

    /** A few headers begin with the time of day, the reader's too: a recording without it would change from run to run. */
    private static boolean isTimeOfDay(Object initial) {
        return initial instanceof Long;
    }

    <T> T body(Class<T> type) throws Exception {
        return type.cast(bean(type, 0));
    }

    Object element(Class<?> type, int index) throws Exception {
        return value(type, "element", index);
    }

    private boolean isOmitted(Class<?> type, Field field) {
        boolean isInherited = field.getDeclaringClass() != type && !field.getName().equals("bname");
        return isOptional(field) && (variant.is("sparse") || isInherited && !variant.setsAll());
    }

    static boolean hasLong(Class<?> header) {
        return BeanFields.all(header).stream().anyMatch(field -> field.getType() == Long.class || field.getType() == long.class);
    }

    static boolean hasOptionalText(Class<?> header) {
        return BeanFields.all(header).stream().anyMatch(field -> field.getType() == String.class && isOptional(field));
    }

    private static boolean isOptional(Field field) {
        return field.getAnnotation(CFNotNull.class) == null && !field.getType().isPrimitive();
    }

    private Object value(Type type, String name, int index) throws Exception {
        if (type instanceof ParameterizedType) return container((ParameterizedType) type, name);
        Class<?> raw = (Class<?>) type;
        if (name.equals("topicFilterType") && raw == String.class) return variant.choice(2) == 0 ? "SINGLE_TAG" : "MULTI_TAG";
        if (raw == String.class) return variant.text(PlainValues.text(name, index));
        if (CHOICES.containsKey(name)) return CHOICES.get(name)[variant.choice(CHOICES.get(name).length)];
        if (POSITIVE.contains(name)) return Math.max(1, variant.int32(1) & Integer.MAX_VALUE);
        if (raw == int.class || raw == Integer.class) return variant.int32((int) PlainValues.number(name, index));
        if (raw == long.class || raw == Long.class) return variant.int64(PlainValues.number(name, index));
        if (raw == boolean.class || raw == Boolean.class) return variant.bool(false);
        if (raw == double.class || raw == Double.class) return variant.float64(12.5);
        if (raw == BitSet.class) return variant.bits();
        if (raw == Properties.class) return properties(name);
        if (raw == AtomicLong.class) return new AtomicLong(variant.int64(PlainValues.number(name, index)));
        if (raw.isEnum()) return raw.getEnumConstants()[variant.choice(raw.getEnumConstants().length)];
        if (raw.isArray()) return array(raw.getComponentType(), name);
        return bean(raw, index);
    }

    private Object container(ParameterizedType type, String name) throws Exception {
        Class<?> raw = (Class<?>) type.getRawType();
        Type[] of = type.getActualTypeArguments();
        int count = variant.count();
        if (Map.class.isAssignableFrom(raw)) {
            Map<Object, Object> map = SortedMap.class.isAssignableFrom(raw) ? new TreeMap<>()
                : ConcurrentMap.class.isAssignableFrom(raw) ? new ConcurrentHashMap<>() : new LinkedHashMap<>();
            for (int i = 0; i < count; i++) map.put(key(of[0], name, i), value(of[1], name, i));
            return map;
        }
        Collection<Object> elements = List.class.isAssignableFrom(raw) ? new ArrayList<>()
            : SortedSet.class.isAssignableFrom(raw) ? new TreeSet<>() : new LinkedHashSet<>();
        for (int i = 0; i < count; i++) elements.add(value(of[0], name, i));
        return elements;
    }

    /** Without astral characters: the JSON reader of 5.5.0 fails on them in a member's name. */
    private Object key(Type type, String name, int index) throws Exception {
        if (type == Long.class) return (long) index;
        if (type == Integer.class) return index;
        Object key = value(type, KEY_NAMES.getOrDefault(name, "key"), index);
        return key instanceof String ? ((String) key).replaceAll("[^\\x{0}-\\x{ffff}]", "") : key;
    }

    private Properties properties(String name) {
        Properties properties = new Properties();
        for (int i = 0; i < variant.count(); i++) properties.setProperty(PlainValues.text("key", i), variant.text(PlainValues.text(name, i)));
        return properties;
    }

    private Object array(Class<?> of, String name) throws Exception {
        Object array = Array.newInstance(of, variant.count());
        for (int i = 0; i < Array.getLength(array); i++) Array.set(array, i, value(of, name, i));
        return array;
    }

    private Object bean(Class<?> type, int index) throws Exception {
        Object bean = blank(type);
        for (Field field : BeanFields.properties(type)) field.set(bean, value(field.getGenericType(), field.getName(), index));
        return bean;
    }

    /** A few classes have no constructor without arguments. */
    private static Object blank(Class<?> type) throws Exception {
        Constructor<?> shortest = Arrays.stream(type.getConstructors()).filter(one -> !List.of(one.getParameterTypes()).contains(type))
            .min(Comparator.comparing(Constructor::getParameterCount)).orElseThrow();
        Class<?>[] parameters = shortest.getParameterTypes();
        Object[] arguments = new Object[parameters.length];
        for (int i = 0; i < arguments.length; i++) {
            boolean isSet = parameters[i] == Set.class;
            arguments[i] = isSet ? Set.of() : Array.get(Array.newInstance(parameters[i], 1), 0);
        }
        return shortest.newInstance(arguments);
    }
}
