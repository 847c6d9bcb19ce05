package rocketmqts;

import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;

/** The instance fields of a class, its own first; of a body, those with getter and setter, and public ones. */
final class BeanFields {
    private BeanFields() {
    }

    static List<Field> all(Class<?> type) {
        List<Field> fields = new ArrayList<>();
        for (Class<?> owner = type; owner != Object.class; owner = owner.getSuperclass()) {
            for (Field field : owner.getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers()) || field.isSynthetic()) continue;
                field.setAccessible(true);
                fields.add(field);
            }
        }
        return fields;
    }

    static List<Field> properties(Class<?> type) {
        List<Field> fields = new ArrayList<>();
        for (Field field : all(type)) {
            if (Modifier.isPublic(field.getModifiers())) fields.add(field);
            else if (hasMethod(type, "set" + capitalised(property(field)), 1) && getterOf(type, field) != null) fields.add(field);
        }
        return fields;
    }

    /** The name in JSON: Java drops the `is` of a boolean field's accessors. */
    static String property(Field field) {
        String name = field.getName();
        boolean isFlag = field.getType() == boolean.class && name.matches("is[A-Z].*");
        return isFlag ? Character.toLowerCase(name.charAt(2)) + name.substring(3) : name;
    }

    /** The name in JSON when an annotation of the JSON library sets another one. */
    static String wire(Field field) {
        Object name = annotated(field, "name");
        return name == null || name.equals("") ? property(field) : (String) name;
    }

    /** Whether JSON has it: an annotation may say otherwise. */
    static boolean isWritten(Field field) {
        return !Boolean.FALSE.equals(annotated(field, "serialize"));
    }

    /** The libraries of the releases have an annotation of the same name each. It may also stand at the getter. */
    private static Object annotated(Field field, String member) {
        String getter = getterOf(field.getDeclaringClass(), field);
        for (Annotation annotation : field.getAnnotations()) if (isJsonField(annotation)) return valueOf(annotation, member);
        for (Method method : field.getDeclaringClass().getMethods()) {
            if (!method.getName().equals(getter)) continue;
            for (Annotation annotation : method.getAnnotations()) if (isJsonField(annotation)) return valueOf(annotation, member);
        }
        return null;
    }

    private static boolean isJsonField(Annotation annotation) {
        return annotation.annotationType().getSimpleName().equals("JSONField");
    }

    private static Object valueOf(Annotation annotation, String member) {
        try {
            return annotation.annotationType().getMethod(member).invoke(annotation);
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String getterOf(Class<?> type, Field field) {
        for (String prefix : new String[] {"get", "is"}) {
            String name = prefix + capitalised(property(field));
            if (hasMethod(type, name, 0)) return name;
        }
        return null;
    }

    private static boolean hasMethod(Class<?> type, String name, int parameters) {
        for (Method method : type.getMethods()) {
            if (method.getName().equals(name) && method.getParameterCount() == parameters) return true;
        }
        return false;
    }

    private static String capitalised(String name) {
        return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }
}
