package rocketmqts;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.apache.rocketmq.remoting.CommandCustomHeader;
import org.apache.rocketmq.remoting.protocol.RemotingSerializable;

/** Every class in the jars of the release on the class path. A class that does not load there, for want of another library, is left out. */
final class ReleaseClasses {
    private static final List<Class<?>> LOADED = load();

    private ReleaseClasses() {
    }

    static List<Class<?>> all() {
        return LOADED;
    }

    private static List<Class<?>> load() {
        Map<String, Class<?>> classes = new LinkedHashMap<>();
        for (String path : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (!new File(path).getName().matches("rocketmq-.*\\.jar")) continue;
            for (String name : classNames(path)) {
                Class<?> loaded = load(name);
                if (loaded != null) classes.put(name, loaded);
            }
        }
        return new ArrayList<>(classes.values());
    }

    /** The header class of a name. */
    static Class<? extends CommandCustomHeader> header(String simpleName) {
        return LOADED.stream().filter(type -> CommandCustomHeader.class.isAssignableFrom(type) && type.getSimpleName().equals(simpleName))
            .findFirst().orElseThrow(() -> new IllegalStateException("this release has no header " + simpleName)).asSubclass(CommandCustomHeader.class);
    }

    /** The body class of a name; one that is beside others of the same name is where bodies are. */
    static Class<?> body(String simpleName) {
        return LOADED.stream().filter(type -> type.getSimpleName().equals(simpleName))
            .max(Comparator.comparing(type -> RemotingSerializable.class.isAssignableFrom(type) || type.getName().contains(".protocol.body.")))
            .orElseThrow(() -> new IllegalStateException("this release has no body " + simpleName));
    }

    private static List<String> classNames(String path) {
        try (JarFile jar = new JarFile(path)) {
            List<String> names = new ArrayList<>();
            for (JarEntry entry : Collections.list(jar.entries())) {
                String name = entry.getName();
                if (name.startsWith("org/apache/rocketmq/") && name.endsWith(".class")) names.add(name.replace('/', '.').substring(0, name.length() - 6));
            }
            Collections.sort(names);
            return names;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Class<?> load(String name) {
        try {
            Class<?> type = Class.forName(name, false, ReleaseClasses.class.getClassLoader());
            type.getDeclaredFields();
            return type;
        } catch (ClassNotFoundException | LinkageError absent) {
            return null;
        }
    }
}
