package dev.underway.server.api;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Where the events of one watch go, however slowly they are taken.
///
/// At most one piece of events waits for the client: the next is handed over when the one before has left for the
/// network. A client that leaves a piece lying for too long, or that no longer answers when it is asked whether it is
/// there, is cut off. Used by one thread.
final class Outlet {
    /// How events leave: as lines of a response, or as frames of a WebSocket.
    interface Line {
        /// Done when all of them have left for the network.
        Future<Void> write(List<byte[]> events);

        /// Asks the client whether it is there; done when it answers, and at once where the protocol has no such
        /// question.
        Future<Void> ping();

        /// Ends in order, after all that was written.
        void end();

        /// Ends in a way that the client cannot take for the end of all events.
        void cut();

        /// Calls back when the client has left.
        void whenGone(Runnable callback);
    }

    private final Line line;
    private final Duration patience;
    private Future<Void> leaving = Future.succeededFuture();
    private Future<Void> answer = Future.succeededFuture();
    private long written = System.nanoTime();
    private long asked = System.nanoTime();
    private volatile boolean gone;

    /// @param patience how long a piece may lie, and how often the client is asked whether it is there
    Outlet(Line line, Duration patience) {
        this.line = line;
        this.patience = patience;
        line.whenGone(() -> gone = true);
    }

    /// Whether the client has left or was cut off.
    boolean isGone() {
        return gone;
    }

    /// Hands over a piece, after the one before has left.
    void send(List<byte[]> events) throws InterruptedException {
        if (events.isEmpty() || gone) {
            return;
        }
        awaitLeaving();
        if (!gone) {
            leaving = line.write(events);
            written = System.nanoTime();
        }
    }

    private void awaitLeaving() throws InterruptedException {
        if (leaving.succeeded()) {
            return;
        }
        try {
            long left = patience.toNanos() - (System.nanoTime() - written);
            leaving.toCompletionStage().toCompletableFuture().get(Math.max(left, 0), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            cut();
        }
    }

    /// How often to [#check].
    Duration patience() {
        return patience;
    }

    /// To be called now and then while there is nothing to send.
    void check() {
        if (gone) {
            return;
        }
        if (!leaving.succeeded() && isLongAgo(written)) {
            cut();
        } else if (isLongAgo(asked)) {
            if (answer.succeeded()) {
                asked = System.nanoTime();
                answer = line.ping();
            } else {
                cut();
            }
        }
    }

    private boolean isLongAgo(long nanoTime) {
        return System.nanoTime() - nanoTime > patience.toNanos();
    }

    void cut() {
        gone = true;
        line.cut();
    }

    /// Ends in order.
    void end() {
        if (!gone) {
            line.end();
        }
    }
}
