package dev.underway.agent.systemd;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// Tells listeners which units changed, on one thread of its own, so that a slow listener delays neither signals
/// nor calls. Equal news that wait are told once; more than [#MANY] become [Systemd#EVERYTHING].
final class Announcer implements AutoCloseable {
    private static final int MANY = 1000;
    private static final System.Logger LOG = System.getLogger(Announcer.class.getName());

    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
    private final Set<String> waiting = new LinkedHashSet<>();
    private final Thread thread = Thread.ofVirtual().name("systemd-changes").unstarted(this::run);
    private boolean closed;

    Announcer() {
        thread.start();
    }

    void add(Consumer<String> listener) {
        listeners.add(listener);
    }

    synchronized void changed(String unit) {
        if (waiting.size() >= MANY) {
            waiting.clear();
            waiting.add(Systemd.EVERYTHING);
        }
        waiting.add(unit);
        notifyAll();
    }

    private synchronized Set<String> take() throws InterruptedException {
        while (waiting.isEmpty() && !closed) {
            wait();
        }
        var taken = waiting.contains(Systemd.EVERYTHING) ? Set.of(Systemd.EVERYTHING) : new LinkedHashSet<>(waiting);
        waiting.clear();
        return taken;
    }

    private void run() {
        try {
            for (var units = take(); !units.isEmpty(); units = take()) {
                units.forEach(this::tell);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell(String unit) {
        for (var listener : listeners) {
            try {
                listener.accept(unit);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "a listener failed unit=" + unit, e);
            }
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }
}
