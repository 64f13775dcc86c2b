package dev.underway.server.api;

import dev.underway.server.access.Wire;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/// Events as the lines of a response that goes on.
final class HttpLines implements Outlet.Line {
    private final RoutingContext context;
    private final HttpServerRequest request;

    /// Begins the response.
    HttpLines(RoutingContext context) {
        this.context = context;
        this.request = context.request();
        Wire.of(request.connection()).keepAlive();
        request.response()
                .setChunked(true)
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "no-cache, private")
                .writeHead();
    }

    @Override
    public Future<Void> write(List<byte[]> events) {
        var lines = Buffer.buffer();
        events.forEach(event -> lines.appendBytes(event).appendByte((byte) '\n'));
        return request.response().write(lines);
    }

    /// HTTP/1.1 has no such question: there it is TCP that asks, see [Wire#keepAlive].
    @Override
    public Future<Void> ping() {
        return request.version() == HttpVersion.HTTP_2
                ? request.connection().ping(Buffer.buffer(new byte[8])).mapEmpty()
                : Future.succeededFuture();
    }

    @Override
    public void end() {
        request.response().end();
    }

    @Override
    public void cut() {
        request.response().reset();
    }

    @Override
    public void whenGone(Runnable callback) {
        context.addEndHandler(_ -> callback.run());
    }
}
