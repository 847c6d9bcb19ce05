package rocketmqts;

import org.apache.rocketmq.remoting.CommandCustomHeader;
import org.apache.rocketmq.remoting.protocol.route.TopicRouteData;

/** The route, in the old dialect with bare keys and in the standard JSON that clients from 4.9.4 on are answered with. */
final class RouteBody extends BeanBody {
    RouteBody() {
        super(TopicRouteData.class);
    }

    @Override
    public String[] forms() {
        return new String[] {"", "standard-json"};
    }

    @Override
    public byte[] write(String form, Variant variant, CommandCustomHeader header) throws Exception {
        TopicRouteData route = new Filler(variant).body(TopicRouteData.class);
        return form.isEmpty() ? route.encode() : Release.standardJson(route);
    }
}
