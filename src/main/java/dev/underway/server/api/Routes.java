package dev.underway.server.api;

import dev.underway.server.access.Authenticator;
import dev.underway.server.access.Caller;
import dev.underway.server.forecast.Forecasts;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.ServerConfig;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.zip.GZIPOutputStream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/// The door of the people's API: who may enter, how much may enter, and how answers leave.
///
/// The event loop reads a request and finds out who makes it; everything else is done on a virtual thread.
@ApplicationScoped
public class Routes {
    private static final Logger LOG = Logger.getLogger(Routes.class);
    /// Bytes, as in Kubernetes: below, zipping costs more than it saves.
    private static final int WORTH_ZIPPING = 128 * 1024;
    private static final List<String> PATHS =
            List.of("/api", "/api/*", "/apis", "/apis/*", "/openapi/*", "/version", "/healthz", "/livez", "/readyz");

    private final Authenticator authenticator;
    private final Surface surface;
    private final HostGlances hosts;
    private final Semaphore requests;
    private final Semaphore watches;
    private final Duration unread;

    @Inject
    Routes(
            ResourceStore store,
            Forecasts forecasts,
            Authenticator authenticator,
            ServerConfig config,
            HostGlances hosts,
            @ConfigProperty(name = "quarkus.application.version", defaultValue = "dev") String version) {
        this.authenticator = authenticator;
        this.hosts = hosts;
        this.surface = new Surface(store, forecasts, Clock.systemUTC(), version);
        this.unread = config.limits().unread();
        this.requests = new Semaphore(config.limits().requests());
        this.watches = new Semaphore(config.limits().watches());
    }

    void register(@Observes Router router) {
        var body = BodyHandler.create(false).setBodyLimit(Bodies.MAX_BYTES);
        for (var path : PATHS) {
            router.route(path).handler(this::admit);
            router.route(path).handler(body);
            router.route(path).handler(this::dispatch);
            router.route(path).failureHandler(this::failed);
        }
    }

    /// Lets people in, before a byte of the body is read.
    private void admit(RoutingContext context) {
        var path = RequestPath.of(context.normalizedPath());
        context.put("path", path);
        if (path instanceof RequestPath.Version || path instanceof RequestPath.Health) {
            context.next();
            return;
        }
        try {
            context.put("caller", person(context));
            context.next();
        } catch (Refusal refusal) {
            answer(context, Answer.refusal(refusal));
        }
    }

    private Caller.Person person(RoutingContext context) {
        return switch (authenticator.caller(context.request())) {
            case Caller.Nobody(var why) -> throw Refusal.unauthorized(why);
            case Caller.EnrolledHost caller ->
                throw Refusal.forbidden(
                        "a host's certificate is not for the people's API; " + caller.host() + " may only use /agent/");
            case Caller.Person person -> {
                if (!person.groups().contains(Caller.ADMINS)) {
                    throw Refusal.forbidden("user \"" + person.name() + "\" is not in the group " + Caller.ADMINS);
                }
                if (context.request().headers().contains("Impersonate-User")) {
                    throw Refusal.forbidden("acting as somebody else (--as) is not served");
                }
                yield person;
            }
        };
    }

    private void dispatch(RoutingContext context) {
        Thread.ofVirtual().name("api").start(() -> serve(context));
    }

    private void serve(RoutingContext context) {
        var response = context.response();
        try {
            switch (limited(context)) {
                case Answer.Whole whole -> answer(context, whole);
                case Answer.Stream(var watch) -> stream(context, watch);
            }
        } catch (Refusal refusal) {
            answer(context, Answer.refusal(refusal));
        } catch (InterruptedException _) {
            response.reset();
        } catch (RuntimeException e) {
            unexpected(context, e);
        }
    }

    private Answer limited(RoutingContext context) {
        if (!requests.tryAcquire()) {
            throw Refusal.tooManyRequests();
        }
        try {
            RequestPath path = context.get("path");
            Caller.Person caller = context.get("caller");
            if (caller == null) {
                return surface.open(path);
            }
            var http = context.request();
            var body = context.body().buffer();
            return surface.answer(
                    path,
                    new Request(
                            http.method().name(),
                            context.normalizedPath(),
                            context.queryParams(),
                            http.headers(),
                            body == null ? new byte[0] : body.getBytes(),
                            caller,
                            hosts));
        } finally {
            requests.release();
        }
    }

    private void stream(RoutingContext context, WatchStream watch) throws InterruptedException {
        if (!watches.tryAcquire()) {
            throw Refusal.tooManyRequests();
        }
        try {
            var request = context.request();
            var line = WebSocketFrames.wanted(request) ? WebSocketFrames.upgraded(request) : new HttpLines(context);
            stream(new Outlet(line, unread), watch);
        } finally {
            watches.release();
        }
    }

    private static void stream(Outlet outlet, WatchStream watch) throws InterruptedException {
        try {
            watch.run(outlet);
        } catch (RuntimeException e) {
            // It has begun: there is no other answer any more.
            LOG.errorf(e, "a watch failed");
            outlet.cut();
        }
    }

    private void failed(RoutingContext context) {
        if (context.statusCode() == 413) {
            if (context.request().version() != HttpVersion.HTTP_2) {
                // The rest of the body would be taken for the next request.
                context.response().putHeader("Connection", "close");
            }
            answer(context, Answer.refusal(Refusal.tooLarge()));
        } else if (context.statusCode() == 408) {
            answer(context, Answer.refusal(Refusal.arrivedTooLate()));
        } else if (context.failure() instanceof Exception failure) {
            unexpected(context, failure);
        } else {
            answer(
                    context,
                    Answer.refusal(Refusal.badRequest("the request cannot be read (" + context.statusCode() + ")")));
        }
    }

    private static void unexpected(RoutingContext context, Exception failure) {
        if (context.response().closed() || context.response().ended()) {
            LOG.debugf(failure, "request ended by its client path=%s", context.normalizedPath());
            return;
        }
        var id = UUID.randomUUID().toString().substring(0, 8);
        LOG.errorf(
                failure,
                "request failed id=%s method=%s path=%s",
                id,
                context.request().method(),
                context.normalizedPath());
        answer(context, Answer.refusal(Refusal.internal(id)));
    }

    private static void answer(RoutingContext context, Answer.Whole answer) {
        var response = context.response();
        var accepts = String.valueOf(context.request().getHeader("Accept-Encoding"));
        if (response.ended() || response.closed()) {
            return;
        }
        if (response.headWritten()) {
            response.reset();
            return;
        }
        response.setStatusCode(answer.code()).putHeader("Content-Type", answer.contentType());
        response.putHeader("Cache-Control", "no-cache, private");
        answer.headers().forEach(response::putHeader);
        answer.warnings().forEach(w -> response.headers().add("Warning", warning(w)));
        if (answer.body().length > WORTH_ZIPPING && accepts.contains("gzip")) {
            response.putHeader("Content-Encoding", "gzip").end(Buffer.buffer(zipped(answer.body())));
        } else {
            response.end(Buffer.buffer(answer.body()));
        }
    }

    private static byte[] zipped(byte[] body) {
        var bytes = new ByteArrayOutputStream(body.length / 8);
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /// RFC 9110 quoted text, cut where a header would become too long. Kubernetes clients read it as UTF-8, and each
    /// character of a header is written as one byte.
    private static String warning(String text) {
        var line = text.replaceAll("\\p{Cntrl}+", " ");
        var cut = line.length() > 1024 ? line.substring(0, 1024) + "…" : line;
        var quoted = "299 - \"" + cut.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
        return new String(quoted.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }
}
