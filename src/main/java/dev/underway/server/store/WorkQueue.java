package dev.underway.server.store;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/// Keys that must be looked at, each once however often it was asked for, and no key more often than every `pause`:
/// a thousand reports about one key make a few looks, not a thousand.
public final class WorkQueue<K> {
    private final long pause;
    /// When each waiting key is due, on [System#nanoTime]'s scale.
    private final Map<K, Long> due = new LinkedHashMap<>();
    /// When each key may be looked at again; kept only while it matters.
    private final Map<K, Long> free = new LinkedHashMap<>();

    public WorkQueue(Duration pause) {
        this.pause = pause.toNanos();
    }

    public void add(K key) {
        add(key, Duration.ZERO);
    }

    /// Asks for a look not before `delay` is over.
    public synchronized void add(K key, Duration delay) {
        long now = System.nanoTime();
        long at = later(now + delay.toNanos(), free.getOrDefault(key, now));
        due.merge(key, at, (one, other) -> one - other <= 0 ? one : other);
        notifyAll();
    }

    /// Leaves a key alone for so long from now, if that is longer than the pause: what takes long is done less often.
    public synchronized void rest(K key, Duration time) {
        long at = System.nanoTime() + Math.max(pause, time.toNanos());
        free.put(key, at);
        due.computeIfPresent(key, (_, when) -> later(when, at));
    }

    /// Waits for a key that is due, and takes it.
    public synchronized K take() throws InterruptedException {
        while (true) {
            long now = System.nanoTime();
            free.values().removeIf(at -> at - now <= 0);
            Map.Entry<K, Long> first = null;
            for (var entry : due.entrySet()) {
                if (first == null || entry.getValue() - first.getValue() < 0) {
                    first = entry;
                }
            }
            if (first == null) {
                wait();
            } else if (first.getValue() - now > 0) {
                wait((first.getValue() - now) / 1_000_000 + 1);
            } else {
                var key = first.getKey();
                due.remove(key);
                free.put(key, now + pause);
                return key;
            }
        }
    }

    private static long later(long one, long other) {
        return one - other >= 0 ? one : other;
    }
}
