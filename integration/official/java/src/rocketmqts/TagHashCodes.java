package rocketmqts;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the consume queue keeps of a tag. "Aa" and "BB" have one hash, so has every text made of them. */
final class TagHashCodes {
    private static final String[] TAGS = {
        "", "a", "TagA", "created", "Aa", "BB", "AaAa", "BBBB", "标签", "🍣", "Ωμέγα", "polygenelubricants", "*", "with space", "ÿ\u00ff\uffff"};

    private TagHashCodes() {
    }

    static List<Map<String, Object>> record() {
        List<Map<String, Object>> recorded = new ArrayList<>();
        for (String tag : TAGS) {
            Map<String, Object> record = new LinkedHashMap<>();
            record.put("tag", tag);
            record.put("tagsCode", Release.tagsCode(tag));
            recorded.add(record);
        }
        return recorded;
    }
}
