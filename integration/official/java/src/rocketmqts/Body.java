package rocketmqts;

import java.util.Map;
import org.apache.rocketmq.remoting.CommandCustomHeader;

/** How a body is written by the official classes and how they read it back. */
interface Body {
    /** May also set header fields that describe the body; null = no body. */
    byte[] write(Variant variant, CommandCustomHeader header) throws Exception;

    /** {kind, class?, value} of what the official classes read from the bytes. */
    Object read(byte[] bytes, CommandCustomHeader header) throws Exception;

    /** Further ways to write it, each recorded under its own name. */
    default String[] forms() {
        return new String[] {""};
    }

    /** The body in one of its forms. */
    default byte[] write(String form, Variant variant, CommandCustomHeader header) throws Exception {
        return write(variant, header);
    }

    static Map<String, Object> described(String kind, Object value) {
        Map<String, Object> body = Described.tagged("kind", kind);
        body.put("value", value);
        return body;
    }

    Body NONE = new Body() {
        @Override
        public byte[] write(Variant variant, CommandCustomHeader header) {
            return null;
        }

        @Override
        public Object read(byte[] bytes, CommandCustomHeader header) {
            throw new IllegalStateException("a body where none was written");
        }
    };

    Body BYTES = new Body() {
        @Override
        public byte[] write(Variant variant, CommandCustomHeader header) {
            return variant.bytes("hello");
        }

        @Override
        public Object read(byte[] bytes, CommandCustomHeader header) {
            return described("bytes", Hex.of(bytes));
        }
    };

    Body BATCH = new Body() {
        @Override
        public byte[] write(Variant variant, CommandCustomHeader header) {
            return Records.batch(variant);
        }

        @Override
        public Object read(byte[] bytes, CommandCustomHeader header) throws Exception {
            return described("batch", Records.describeBatch(bytes));
        }
    };

    Body RECORD = new Body() {
        @Override
        public byte[] write(Variant variant, CommandCustomHeader header) throws Exception {
            return variant.is("sparse") ? null : Records.one(variant);
        }

        @Override
        public Object read(byte[] bytes, CommandCustomHeader header) {
            return described("records", Records.describe(bytes));
        }
    };

    Body RECORDS = new Body() {
        @Override
        public byte[] write(Variant variant, CommandCustomHeader header) throws Exception {
            return variant.is("sparse") ? null : Records.pullAnswer(variant);
        }

        @Override
        public Object read(byte[] bytes, CommandCustomHeader header) {
            return described("records", Records.describe(bytes));
        }
    };
}
