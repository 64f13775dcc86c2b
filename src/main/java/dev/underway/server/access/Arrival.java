package dev.underway.server.access;

import dev.underway.server.store.ServerConfig;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/// Sees to it that requests arrive whole, and in time: a client that sends byte by byte does not hold a connection for
/// ever. Before all other routes.
@ApplicationScoped
public class Arrival {
    private static final int FIRST = -100;
    private static final String TIMER = Arrival.class.getName();

    private final long longest;

    Arrival(ServerConfig config) {
        this.longest = config.limits().arrival().toMillis();
        NewConnections.firstRequestWithin(config.limits().arrival());
    }

    void register(@Observes Router router) {
        router.route().order(FIRST).handler(this::watch);
    }

    private void watch(RoutingContext context) {
        var wire = Wire.of(context.request().connection());
        wire.requestBegins();
        context.addEndHandler(_ -> wire.requestEnds());
        if (!hasArrived(context.request())) {
            var timer = context.vertx().setTimer(longest, _ -> judge(context));
            context.put(TIMER, timer);
            context.addEndHandler(_ -> context.vertx().cancelTimer(timer));
        }
        context.next();
    }

    /// Lets a request arrive as slowly as its handler allows, which must have an eye on that itself.
    public static void mayTakeLonger(RoutingContext context) {
        if (context.get(TIMER) instanceof Long timer) {
            context.vertx().cancelTimer(timer);
        }
    }

    /// Before HTTP/2, a request without these headers has no body (RFC 9112, 6.3); it does not end either while nobody
    /// reads it, as in a long poll.
    static boolean hasArrived(HttpServerRequest request) {
        return request.isEnded()
                || (request.version() != HttpVersion.HTTP_2
                        && !request.headers().contains(HttpHeaders.CONTENT_LENGTH)
                        && !request.headers().contains(HttpHeaders.TRANSFER_ENCODING));
    }

    private static void judge(RoutingContext context) {
        var request = context.request();
        var response = context.response();
        if (request.isEnded() || response.headWritten() || response.closed()) {
            return;
        }
        context.addEndHandler(_ -> {
            if (request.version() == HttpVersion.HTTP_2) {
                response.reset();
            } else {
                // The rest of the body would be taken for the next request.
                request.connection().close();
            }
        });
        context.fail(408);
    }
}
