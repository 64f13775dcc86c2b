package dev.underway.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/// A server on a free port that answers as a test says, and remembers what it was asked.
final class AnsweringServer implements AutoCloseable {
    private final HttpServer server;
    private final Function<String, Reply> replies;
    private final List<String> requests = new CopyOnWriteArrayList<>();

    record Reply(int status, String body) {
        /// The connection is cut, and from then on nobody listens.
        static final Reply GOES_AWAY = new Reply(0, "");
    }

    private AnsweringServer(HttpServer server, Function<String, Reply> replies) {
        this.server = server;
        this.replies = replies;
    }

    /// @param replies for requests such as `GET /version`
    static AnsweringServer of(Function<String, Reply> replies) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        var answering = new AnsweringServer(server, replies);
        server.createContext("/", answering::answer);
        server.start();
        return answering;
    }

    int port() {
        return server.getAddress().getPort();
    }

    List<String> requests() {
        return requests;
    }

    private void answer(HttpExchange exchange) throws IOException {
        var request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        requests.add(request);
        var reply = replies.apply(request);
        if (reply == Reply.GOES_AWAY) {
            server.stop(0);
            return;
        }
        var bytes = reply.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(reply.status(), bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
