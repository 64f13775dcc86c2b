package dev.underway.server.gitops;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// The body of a request as it arrives, read by one thread that is not the event loop's. The client sends on only as
/// fast as it is read.
final class RequestStream extends InputStream {

    private final HttpServerRequest request;
    private final Duration patience;
    private final LinkedBlockingQueue<Optional<Buffer>> arrived = new LinkedBlockingQueue<>();
    private long left;
    private Buffer current = Buffer.buffer();
    private int position;
    private boolean ended;

    /// To be made on the event loop, before anything of the body has arrived.
    ///
    /// @param patience how long the client may send nothing
    /// @param most bytes that are taken
    RequestStream(HttpServerRequest request, Duration patience, long most) {
        this.request = request;
        this.patience = patience;
        this.left = most;
        request.pause();
        request.handler(piece -> arrived.add(Optional.of(piece)));
        request.endHandler(_ -> arrived.add(Optional.empty()));
        request.exceptionHandler(_ -> arrived.add(Optional.empty()));
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (!ended && position == current.length()) {
            request.fetch(1);
            next();
        }
        if (ended) {
            return -1;
        }
        int count = Math.min(length, current.length() - position);
        current.getBytes(position, position + count, bytes, offset);
        position += count;
        return count;
    }

    private void next() throws IOException {
        try {
            var next = arrived.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
            if (next == null) {
                throw new IOException("nothing came for " + patience.toSeconds() + " s");
            }
            ended = next.isEmpty();
            current = next.orElse(current);
            position = 0;
            left -= next.map(Buffer::length).orElse(0);
            if (left < 0) {
                throw new IOException("the request is larger than the server takes");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }
}
