package rocketmqts.json;

import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.rocketmq.remoting.protocol.RemotingSerializable;

/** How one release writes and reads a body. */
abstract class Engine {
    /** Whether fastjson 1.2.83 is asked that lies beside fastjson2. */
    static boolean isFastjson1;

    /** What is written may come in three styles; `null` when the release has no such form of it. */
    abstract String write(Object value, String style) throws Exception;

    abstract Object read(String text, Class<?> type) throws Exception;

    /** 4.9.7 and 5.5.0 by their own RemotingSerializable; fastjson1 as releases between them use it. */
    static Engine named(String name) {
        isFastjson1 = name.equals("fastjson1");
        return isFastjson1 ? new BetweenReleases() : new OwnRelease();
    }

    /** RemotingSerializable of the release on the class path. */
    private static final class OwnRelease extends Engine {
        @Override
        String write(Object value, String style) throws Exception {
            if (style.equals("pretty")) return RemotingSerializable.toJson(value, true);
            if (style.equals("plain")) return new String(RemotingSerializable.encode(value), StandardCharsets.UTF_8);
            if (!(value instanceof RemotingSerializable)) return null;
            return new String(standard((RemotingSerializable) value), StandardCharsets.UTF_8);
        }

        @Override
        Object read(String text, Class<?> type) {
            return RemotingSerializable.decode(text.getBytes(StandardCharsets.UTF_8), type);
        }

        /** The features that namesrv/processor/ClientRequestProcessor answers newer clients with; their class differs by release. */
        private static byte[] standard(RemotingSerializable body) throws Exception {
            for (Method method : RemotingSerializable.class.getMethods()) {
                if (!method.getName().equals("encode") || !method.isVarArgs()) continue;
                Class<?> feature = method.getParameterTypes()[0].getComponentType();
                Object[] features = Arrays.stream(feature.getEnumConstants())
                    .filter(one -> isStandard(feature, ((Enum<?>) one).name())).toArray();
                Object arguments = Array.newInstance(feature, features.length);
                System.arraycopy(features, 0, arguments, 0, features.length);
                return (byte[]) invoke(method, body, arguments);
            }
            throw new IllegalStateException("no encode with features");
        }

        private static boolean isStandard(Class<?> feature, String name) {
            if (name.equals("BrowserCompatible") || name.equals("MapSortField")) return true;
            return feature.getName().contains("fastjson.") && (name.equals("QuoteFieldNames") || name.equals("SkipTransientField"));
        }

        private static Object invoke(Method method, Object target, Object argument) throws Exception {
            try {
                return method.invoke(target, argument);
            } catch (InvocationTargetException failure) {
                throw failure.getCause() instanceof Exception ? (Exception) failure.getCause() : failure;
            }
        }
    }

    /** fastjson 1.2.83 called as RemotingSerializable of 5.0 to 5.3.3 calls it; it lies beside fastjson2 in the jars of 5.5.0. */
    private static final class BetweenReleases extends Engine {
        @Override
        String write(Object value, String style) {
            if (style.equals("pretty")) return com.alibaba.fastjson.JSON.toJSONString(value, true);
            if (style.equals("plain")) return com.alibaba.fastjson.JSON.toJSONString(value, false);
            return com.alibaba.fastjson.JSON.toJSONString(
                value,
                com.alibaba.fastjson.serializer.SerializerFeature.BrowserCompatible,
                com.alibaba.fastjson.serializer.SerializerFeature.QuoteFieldNames,
                com.alibaba.fastjson.serializer.SerializerFeature.SkipTransientField,
                com.alibaba.fastjson.serializer.SerializerFeature.MapSortField);
        }

        @Override
        Object read(String text, Class<?> type) {
            return com.alibaba.fastjson.JSON.parseObject(text, type);
        }
    }
}
