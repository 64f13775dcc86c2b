package dev.underway.testing.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Locale;

/// One TCP connection that asks with HTTP/1.1. Nothing is asked twice and nothing is repaired: a library would hide
/// exactly what is counted here.
final class Connection implements AutoCloseable {
    private static final int LONGEST_LINE = 8 * 1024;
    private static final int LARGEST_BODY = 64 * 1024;

    private final Socket socket = new Socket();
    private final InputStream in;
    private boolean last;

    Connection(InetSocketAddress server, int timeoutMillis) throws IOException {
        try {
            socket.setTcpNoDelay(true);
            socket.connect(server, timeoutMillis);
            socket.setSoTimeout(timeoutMillis);
            in = new BufferedInputStream(socket.getInputStream(), LONGEST_LINE);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /// Sends one request and reads its whole answer.
    ///
    /// @param keep whether the server is asked to keep the connection
    /// @return the body
    String ask(String path, boolean keep) throws IOException {
        var request =
                "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + (keep ? "" : "Connection: close\r\n") + "\r\n";
        socket.getOutputStream().write(request.getBytes(ISO_8859_1));
        var status = line();
        int length = -1;
        last = !keep;
        for (var header = line(); !header.isEmpty(); header = line()) {
            var lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(lower.substring(15).strip());
            } else if (lower.startsWith("connection:") && lower.contains("close")) {
                last = true;
            }
        }
        if (length < 0 || length > LARGEST_BODY) {
            throw new Failure.WrongAnswer("an answer of unknown or of too great a length");
        }
        var body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException("the answer's body ended early");
        }
        if (!status.startsWith("HTTP/1.1 200")) {
            throw new Failure.WrongAnswer(status);
        }
        return new String(body, ISO_8859_1);
    }

    /// Whether the server said, or was told, that the last answer ends the connection.
    boolean isOver() {
        return last;
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the answer ended early");
            }
            if (line.length() >= LONGEST_LINE) {
                throw new Failure.WrongAnswer("an endless line");
            }
            line.append((char) next);
        }
        return line.toString().stripTrailing();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
