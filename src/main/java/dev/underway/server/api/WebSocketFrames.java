package dev.underway.server.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.underway.server.access.Wire;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.util.List;
import java.util.concurrent.ExecutionException;

/// Events as text messages of a WebSocket, as the Kubernetes client for Java asks for them. What the client says in
/// it is of no interest.
final class WebSocketFrames implements Outlet.Line {
    private final HttpConnection connection;
    private final ServerWebSocket socket;
    private volatile Promise<Void> pong = Promise.promise();

    private WebSocketFrames(HttpConnection connection, ServerWebSocket socket) {
        this.connection = connection;
        this.socket = socket;
        socket.handler(_ -> {});
        socket.pongHandler(_ -> pong.tryComplete());
    }

    /// Whether this is what the request asks for.
    static boolean wanted(HttpServerRequest request) {
        return "websocket".equalsIgnoreCase(request.getHeader("Upgrade"));
    }

    /// Answers the request with the upgrade that it asks for. Refuses what is no proper handshake (RFC 6455, 4.2.1).
    static WebSocketFrames upgraded(HttpServerRequest request) throws InterruptedException {
        try {
            var socket = request.toWebSocket()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get();
            return new WebSocketFrames(request.connection(), socket);
        } catch (ExecutionException e) {
            throw Refusal.badRequest("the request is no WebSocket handshake: "
                    + (e.getCause() == null ? e.getMessage() : e.getCause().getMessage()));
        }
    }

    @Override
    public Future<Void> write(List<byte[]> events) {
        Future<Void> last = Future.succeededFuture();
        for (var event : events) {
            last = socket.writeTextMessage(new String(event, UTF_8));
        }
        return last;
    }

    @Override
    public Future<Void> ping() {
        pong = Promise.promise();
        socket.writePing(Buffer.buffer());
        return pong.future();
    }

    @Override
    public void end() {
        socket.close();
    }

    /// Not with a closing handshake: it would stand behind all that the client has not read.
    @Override
    public void cut() {
        Wire.of(connection).close();
    }

    @Override
    public void whenGone(Runnable callback) {
        socket.closeHandler(_ -> callback.run());
        socket.exceptionHandler(_ -> callback.run());
    }
}
