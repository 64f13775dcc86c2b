package dev.underway.testing.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;

/// One TCP connection on which somebody asks. Nothing is asked twice and nothing is repaired: a library would hide
/// exactly what is counted here.
final class Connection implements AutoCloseable {
    private static final int LONGEST_LINE = 8 * 1024;

    private final Socket socket = new Socket();
    private final InputStream in;
    private final Speech speech;
    private final int timeoutMillis;
    private String before = "";
    private boolean last;

    Connection(InetSocketAddress server, Speech speech, int timeoutMillis) throws IOException {
        this.speech = speech;
        this.timeoutMillis = timeoutMillis;
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

    /// Asks once and reads the whole answer.
    ///
    /// @param keep whether the server is asked to keep the connection
    String ask(String path, boolean keep) throws IOException {
        last = !keep;
        before = speech.ask(this, path, before);
        return before;
    }

    /// Whether the server said, or is told, that this answer ends the connection.
    boolean isOver() {
        return last;
    }

    void endsWithThis() {
        last = true;
    }

    void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    String line() throws IOException {
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

    String bytes(int length) throws IOException {
        var bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the answer's body ended early");
        }
        return new String(bytes, ISO_8859_1);
    }

    /// Fails when the server has ended the connection; what it says is dropped.
    void staysOpen() throws IOException {
        socket.setSoTimeout(1);
        try {
            while (in.read() >= 0) {}
            throw new EOFException("the connection ended");
        } catch (SocketTimeoutException _) {
            socket.setSoTimeout(timeoutMillis);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
