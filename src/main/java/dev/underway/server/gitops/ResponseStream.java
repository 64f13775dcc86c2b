package dev.underway.server.gitops;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The body of a response, written by one thread that is not the event loop's, as fast as the client takes it.
final class ResponseStream extends OutputStream {
    private final HttpServerResponse response;
    private final Duration patience;

    /// @param patience how long the client may take nothing
    ResponseStream(HttpServerResponse response, Duration patience) {
        this.response = response;
        this.patience = patience;
        response.setChunked(true);
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (response.closed() || response.ended()) {
            throw new IOException("the client has left");
        }
        try {
            response.write(Buffer.buffer(length).appendBytes(bytes, offset, length))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IOException("the client has left", e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("the client has taken nothing for " + patience.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }
}
