package dev.underway.server.access;

import dev.underway.model.Codec;
import dev.underway.server.store.StoreException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Serves a route with blocking code on a virtual thread of its own: one request, one thread, no pool to exhaust.
///
/// The caller is known before its body is read, and there is [Room] for it. A caller that goes away interrupts the
/// thread, so that a long poll does not outlive its connection.
public final class BlockingRoute {
    private static final Logger LOG = Logger.getLogger(BlockingRoute.class);

    /// After which a caller may hope for better.
    private static final String RETRY_SECONDS = "2";

    /// What answers the requests of a route.
    @FunctionalInterface
    public interface Handler {
        Reply answer(Request request) throws Refused, StoreException, InterruptedException;
    }

    /// A request whose body has been read.
    public record Request(Caller caller, RoutingContext context, Authenticator authenticator) {
        /// Who calls, looked at again: what held when the request came may hold no longer after a long wait.
        public Caller callerNow() {
            return authenticator.caller(context.request());
        }

        /// The value of a `:name` in the route's path.
        public String path(String name) {
            return context.pathParam(name);
        }

        public @Nullable String query(String name) {
            return context.request().getParam(name);
        }

        public @Nullable String header(String name) {
            return context.request().getHeader(name);
        }

        /// Where the connection comes from.
        public String remote() {
            return BlockingRoute.remote(context.request());
        }

        /// The body as a record; an absent body reads as an empty object.
        public <T> T body(Class<T> type) throws Refused {
            var buffer = context.body().buffer();
            try {
                var bytes = buffer == null || buffer.length() == 0 ? new byte[] {'{', '}'} : buffer.getBytes();
                var value = Codec.read(bytes, type);
                if (value == null) {
                    throw Refused.badRequest("The body is null; send a JSON object.");
                }
                return value;
            } catch (IllegalArgumentException e) {
                throw Refused.badRequest("The body does not fit: " + e.getMessage());
            }
        }
    }

    /// Who may call a route.
    @FunctionalInterface
    public interface Guard {
        /// Throws when this caller may not.
        void check(Caller caller) throws Refused;
    }

    private final Router router;
    private final Authenticator authenticator;

    public BlockingRoute(Router router, Authenticator authenticator) {
        this.router = router;
        this.authenticator = authenticator;
    }

    /// Adds a route, whose requests share `room`. `maxBody` is in bytes; a longer body is refused with 413.
    public void add(HttpMethod method, String path, Room room, int maxBody, Guard guard, Handler handler) {
        // Two routes, because Vert.x takes no body handler after another handler of the same route.
        router.route(method, path).handler(context -> {
            try {
                var caller = authenticator.caller(context.request());
                guard.check(caller);
                context.put(Caller.class.getName(), caller);
                enter(context, caller, room, maxBody);
                context.next();
            } catch (Refused refused) {
                sendUnread(context, reply(refused));
            }
        });
        router.route(method, path)
                .handler(BodyHandler.create(false).setBodyLimit(maxBody))
                .handler(context -> start(context, authenticator, handler))
                .failureHandler(context -> send(context, failure(context, maxBody)));
    }

    private static void enter(RoutingContext context, Caller caller, Room room, int maxBody) throws Refused {
        var who = who(caller, context.request());
        long body = bodyBytes(context.request(), maxBody);
        room.enter(who, body);
        context.addEndHandler(_ -> room.leave(who, body));
    }

    private static String who(Caller caller, HttpServerRequest request) {
        return switch (caller) {
            case Caller.EnrolledHost host -> host.host();
            case Caller.Person person -> person.name();
            case Caller.Nobody _ -> remote(request);
        };
    }

    private static String remote(HttpServerRequest request) {
        var address = request.remoteAddress();
        return address == null ? "" : String.valueOf(address.hostAddress());
    }

    /// How long the body may become: as long as is announced, which HTTP holds its sender to.
    private static long bodyBytes(HttpServerRequest request, int maxBody) {
        var announced = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (announced == null || !announced.matches("\\d{1,9}")) {
            return maxBody;
        }
        return Math.min(Integer.parseInt(announced), maxBody);
    }

    private static void start(RoutingContext context, Authenticator authenticator, Handler handler) {
        var request = new Request(context.get(Caller.class.getName()), context, authenticator);
        var done = new AtomicBoolean();
        var thread = Thread.ofVirtual().name("request").unstarted(() -> {
            var reply = answer(request, handler);
            if (done.compareAndSet(false, true)) {
                send(context, reply);
            }
        });
        context.addEndHandler(_ -> {
            if (done.compareAndSet(false, true)) {
                thread.interrupt();
            }
        });
        thread.start();
    }

    private static Reply answer(Request request, Handler handler) {
        try {
            return handler.answer(request);
        } catch (Refused refused) {
            return reply(refused);
        } catch (StoreException e) {
            if (e.reason() != StoreException.Reason.UNAVAILABLE) {
                LOG.warnv(
                        "the store refused: path={0} reason={1}",
                        request.context().normalizedPath(), e.reason());
            }
            return reply(new Refused(503, "StoreUnavailable", "The store cannot serve this now; try again."));
        } catch (InterruptedException e) {
            return reply(new Refused(503, "Stopping", "The server stops; try again."));
        } catch (RuntimeException e) {
            LOG.errorv(e, "request failed: path={0}", request.context().normalizedPath());
            return reply(new Refused(500, "InternalError", "The server failed; its log says more."));
        }
    }

    private static Reply reply(Refused refused) {
        var reply = Reply.json(refused.status(), refused.refusal());
        return refused.status() == 503 || refused.status() == 429
                ? reply.with(Map.of("Retry-After", RETRY_SECONDS))
                : reply;
    }

    private static Reply failure(RoutingContext context, int maxBody) {
        return reply(
                switch (context.statusCode()) {
                    case 408 -> new Refused(408, "Timeout", "The request took too long to arrive.");
                    case 413 -> new Refused(413, "TooLarge", "The body has more than " + maxBody + " bytes.");
                    default -> new Refused(400, "BadRequest", "The request cannot be read.");
                });
    }

    /// Answers a request whose body nobody will read.
    private static void sendUnread(RoutingContext context, Reply reply) {
        var request = context.request();
        if (Arrival.hasArrived(request)) {
            send(context, reply);
        } else if (request.version() == HttpVersion.HTTP_2) {
            send(context, reply);
            // What still comes is thrown away, and fills neither the heap nor the connection's window.
            request.resume();
        } else {
            // The rest of the body would be taken for the next request.
            send(context, reply.with(Map.of("Connection", "close")));
        }
    }

    private static void send(RoutingContext context, Reply reply) {
        var response = context.response();
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(reply.status());
        for (Map.Entry<String, String> header : reply.headers().entrySet()) {
            response.putHeader(header.getKey(), header.getValue());
        }
        var _ = response.end(Buffer.buffer(reply.body()));
    }
}
