package rocketmqts;

import java.util.BitSet;
import java.util.SplittableRandom;

/** One way of choosing values: every header and body is written once per variant. */
final class Variant {
    /** Letters of three scripts, an astral character, and everything JSON has an opinion on. No space: upstream splits texts at it. */
    private static final String AWKWARD = "订单🍣é\"q\"\\/<&>'\n\t\u0001\u0002\u007f\u2028";
    private static final String[] ALPHABET = {"a", "Z", "7", "_", "-", "%", "é", "订", "单", "🍣", "\"", "\\", "/", "я", "😀"};
    private static final long SAFE = (1L << 53) - 1;

    final String name;
    private final SplittableRandom random;

    Variant(String name, long seed) {
        this.name = name;
        this.random = new SplittableRandom(seed ^ name.hashCode());
    }

    boolean is(String other) {
        return name.equals(other);
    }

    /** Whether every field is written, also the optional ones that clients seldom set. */
    boolean setsAll() {
        return !is("plain") && !is("sparse");
    }

    String text(String plain) {
        switch (name) {
            case "unicode":
                return AWKWARD + plain;
            case "seeded":
                return randomText();
            default:
                return plain;
        }
    }

    int int32(int plain) {
        switch (name) {
            case "lowest":
                return Integer.MIN_VALUE;
            case "highest":
                return Integer.MAX_VALUE;
            case "seeded":
                return random.nextInt();
            default:
                return plain;
        }
    }

    /** "highest" stays within what a double holds exactly and "lowest" is the usual none; "beyond" and "below" are the ends of the type. */
    long int64(long plain) {
        switch (name) {
            case "lowest":
                return -1;
            case "highest":
                return SAFE;
            case "beyond":
                return Long.MAX_VALUE;
            case "below":
                return Long.MIN_VALUE;
            case "seeded":
                return random.nextLong(-1, SAFE);
            default:
                return plain;
        }
    }

    double float64(double plain) {
        switch (name) {
            case "lowest":
                return -0.5;
            case "highest":
                return Double.MAX_VALUE;
            case "seeded":
                return random.nextDouble(0, 1e6);
            default:
                return plain;
        }
    }

    BitSet bits() {
        BitSet bits = new BitSet();
        for (int bit = 0; bit < 20; bit += 1 + choice(3)) bits.set(bit + count());
        return bits;
    }

    boolean bool(boolean plain) {
        switch (name) {
            case "lowest":
                return false;
            case "highest":
            case "unicode":
                return true;
            case "seeded":
                return random.nextBoolean();
            default:
                return plain;
        }
    }

    /** Index of the chosen one among {@code count} constants. */
    int choice(int count) {
        switch (name) {
            case "highest":
                return count - 1;
            case "unicode":
                return Math.min(1, count - 1);
            case "seeded":
                return random.nextInt(count);
            default:
                return 0;
        }
    }

    /** How many elements a collection gets. */
    int count() {
        switch (name) {
            case "sparse":
                return 0;
            case "unicode":
            case "highest":
                return 1;
            default:
                return 2;
        }
    }

    byte[] bytes(String plain) {
        if (is("sparse")) return null;
        if (is("seeded")) {
            byte[] drawn = new byte[48];
            random.nextBytes(drawn);
            return drawn;
        }
        return text(plain).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    private String randomText() {
        StringBuilder text = new StringBuilder();
        for (int left = random.nextInt(1, 13); left > 0; left--) text.append(ALPHABET[random.nextInt(ALPHABET.length)]);
        return text.toString();
    }
}
