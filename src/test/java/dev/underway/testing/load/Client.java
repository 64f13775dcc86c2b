package dev.underway.testing.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// One client: asks, counts, thinks, and again, until it shall stop.
final class Client {
    private final Group group;
    private final InetSocketAddress server;
    private final int timeoutMillis;
    private final int thinkMillis;
    private final String path;
    private final Supplier<Window> window;
    private final Tally tally = new Tally();
    private Connection kept;

    Client(Group group, Options options, Supplier<Window> window) {
        this.group = group;
        this.server = options.server();
        this.timeoutMillis = options.timeoutMillis();
        this.thinkMillis = options.thinkMillis();
        this.path = options.path() + (group.delayMillis() == 0 ? "" : "?ms=" + group.delayMillis());
        this.window = window;
    }

    Tally run(BooleanSupplier goOn) {
        try {
            while (goOn.getAsBoolean()) {
                if (!request()) {
                    // A person's client would ask again: whether that helps is counted apart, and never instead.
                    tally.failedTwice += request() ? 0 : 1;
                }
                think();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            hangUp();
        }
        return tally;
    }

    private boolean request() {
        var began = window.get();
        long from = System.nanoTime();
        try {
            var body =
                    switch (group.connections()) {
                        case NEW -> askOnce();
                        case KEPT -> askOnKept();
                    };
            long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - from);
            tally.answered(Window.of(began, window.get()), micros, body);
            return true;
        } catch (IOException e) {
            hangUp();
            var failure = Failure.of(e);
            tally.failed(
                    failure,
                    "%s %s %s after %d ms: %s"
                            .formatted(
                                    Instant.now(),
                                    group.name(),
                                    failure.word(),
                                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from),
                                    e.getMessage()));
            return false;
        }
    }

    private String askOnce() throws IOException {
        try (var connection = new Connection(server, group.speech(), timeoutMillis)) {
            return connection.ask(path, false);
        }
    }

    private String askOnKept() throws IOException {
        if (kept == null) {
            kept = new Connection(server, group.speech(), timeoutMillis);
        }
        var body = kept.ask(path, true);
        if (kept.isOver()) {
            hangUp();
        }
        return body;
    }

    private void hangUp() {
        if (kept != null) {
            try {
                kept.close();
            } catch (IOException _) {
                // It was asked nothing any more.
            }
            kept = null;
        }
    }

    /// Half to one and a half times the think time, so that clients do not go in step.
    private void think() throws InterruptedException {
        long micros = thinkMillis * 1000L;
        TimeUnit.MICROSECONDS.sleep(micros / 2 + ThreadLocalRandom.current().nextLong(micros + 1));
    }
}
