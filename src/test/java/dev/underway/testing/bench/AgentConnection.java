package dev.underway.testing.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// One kept connection to the server, HTTP/1.1 over TLS, one request at a time: as lean as 10,000 of them in one
/// process must be. The agent itself speaks HTTP/2, on one connection as well.
final class AgentConnection implements AutoCloseable {
    private static final int BUFFER = 1024;

    private final URI server;
    private final String machine;
    private final SSLSocket socket;
    private final InputStream in;

    private AgentConnection(URI server, String machine, SSLSocket socket) throws IOException {
        this.server = server;
        this.machine = machine;
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), BUFFER);
    }

    /// What the server said; `etag` is empty when there is none.
    record Answer(int status, String etag, byte[] body) {
        /// The same, or a failure when the status is none of `statuses`.
        Answer expect(int... statuses) throws IOException {
            for (int expected : statuses) {
                if (status == expected) {
                    return this;
                }
            }
            throw new IOException("answered " + status + ": " + new String(body, US_ASCII));
        }
    }

    /// Connects and shakes hands. `machine` is the identity that every request names.
    static AgentConnection open(URI server, SSLContext tls, String machine) throws IOException {
        var plain = new Socket(server.getHost(), server.getPort());
        plain.setTcpNoDelay(true);
        var socket = (SSLSocket) tls.getSocketFactory().createSocket(plain, server.getHost(), server.getPort(), true);
        try {
            socket.startHandshake();
            return new AgentConnection(server, machine, socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    Answer get(String path, String etag) throws IOException {
        return ask("GET", path, etag.isEmpty() ? "" : "If-None-Match: " + etag + "\r\n", null);
    }

    Answer post(String path, byte[] json) throws IOException {
        return ask("POST", path, "Content-Type: application/json\r\nContent-Length: " + json.length + "\r\n", json);
    }

    private Answer ask(String method, String path, String headers, byte @Nullable [] body) throws IOException {
        var head = (method + " " + path + " HTTP/1.1\r\nHost: " + server.getAuthority() + "\r\nX-Underway-Machine: "
                        + machine + "\r\nAccept: application/json\r\n" + headers + "\r\n")
                .getBytes(US_ASCII);
        var request = body == null ? head : new byte[head.length + body.length];
        if (body != null) {
            System.arraycopy(head, 0, request, 0, head.length);
            System.arraycopy(body, 0, request, head.length, body.length);
        }
        socket.getOutputStream().write(request);
        return answer();
    }

    private Answer answer() throws IOException {
        int status = Integer.parseInt(line().split(" ", 3)[1]);
        var etag = "";
        int length = 0;
        for (String line; !(line = line()).isEmpty(); ) {
            var value = line.substring(line.indexOf(':') + 1).strip();
            switch (line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT)) {
                case "etag" -> etag = value;
                case "content-length" -> length = Integer.parseInt(value);
                default -> {}
            }
        }
        var body = status == 304 || status == 204 ? new byte[0] : in.readNBytes(length);
        return new Answer(status, etag, body);
    }

    private String line() throws IOException {
        var line = new StringBuilder(64);
        for (int c; (c = in.read()) != '\n'; ) {
            if (c < 0) {
                throw new EOFException("the server closed the connection");
            }
            line.append((char) c);
        }
        return line.toString().strip();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
