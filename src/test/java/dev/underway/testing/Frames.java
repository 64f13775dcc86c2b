package dev.underway.testing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.underway.model.Codec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// What comes in over a WebSocket: each text message is an event.
public final class Frames implements WebSocket.Listener {
    private final BlockingQueue<JsonNode> events = new LinkedBlockingQueue<>();
    private final CompletableFuture<String> end = new CompletableFuture<>();
    private final StringBuilder message = new StringBuilder();

    /// The next event; fails when none comes soon.
    public JsonNode next() throws InterruptedException {
        var event = events.poll(20, TimeUnit.SECONDS);
        if (event == null) {
            throw new AssertionError("no event came; end: " + end);
        }
        return event;
    }

    /// How it ended: the code of a closing handshake, or "broken".
    public CompletableFuture<String> end() {
        return end;
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
        message.append(data);
        if (last) {
            try {
                events.add(Codec.JSON.readTree(message.toString()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            message.setLength(0);
        }
        socket.request(1);
        return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
        end.complete(Integer.toString(code));
        return CompletableFuture.completedStage(null);
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
        end.complete("broken");
    }
}
