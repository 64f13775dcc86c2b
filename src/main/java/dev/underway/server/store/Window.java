package dev.underway.server.store;

import dev.underway.model.Kind;
import dev.underway.server.store.ResourceStore.Event;
import dev.underway.server.store.ResourceStore.Events;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The newest part of the log in memory, from which everyone who follows the store on this replica reads.
///
/// One thread, the [Tailer], adds what it reads from the log, in the order of numbers and without gaps; any number of
/// readers read from it without a lock, each by nothing but the number that it has seen. So a commit costs the database
/// one query per replica, however many watch. A reader that is further behind than the window reaches is told so and
/// reads from the log itself, so that the window may forget when it has to: its entries and their bytes are bounded,
/// and no reader can keep one alive.
///
/// Why no reader misses an entry: it takes the number up to which the window is complete *before* it looks at the
/// entries, and the number from which on it is complete *after* it has; an entry is there before the first number
/// rises, and goes only after the second has. Both are kept for each kind apart, so that a reader of a quiet kind
/// never falls behind because of a busy one.
final class Window {
    private static final int MOST_ENTRIES = 20_000;
    private static final long MOST_BYTES = 32L << 20;

    /// The entries of one kind.
    private static final class Shelf {
        private final NavigableMap<Long, LogEntry> entries = new ConcurrentSkipListMap<>();
        /// Of the last entry.
        private final Horizon news = new Horizon();
        /// Every change to this kind after this number is here.
        private volatile long floor = Long.MAX_VALUE;
    }

    private final int mostEntries;
    private final long mostBytes;
    private final Map<Kind, Shelf> shelves =
            Kind.ALL.stream().collect(Collectors.toUnmodifiableMap(Function.identity(), _ -> new Shelf()));
    /// Every change up to here that is not forgotten is here.
    private final Horizon reached = new Horizon();

    /// Oldest first.
    private final Deque<LogEntry> order = new ArrayDeque<>();

    private long bytes;

    Window() {
        this(MOST_ENTRIES, MOST_BYTES);
    }

    Window(int mostEntries, long mostBytes) {
        this.mostEntries = mostEntries;
        this.mostBytes = mostBytes;
    }

    /// Forgets everything, and begins anew after `number`.
    synchronized void begin(long number) {
        shelves.values().forEach(shelf -> shelf.floor = number);
        order.clear();
        bytes = 0;
        shelves.values().forEach(shelf -> shelf.entries.clear());
        reached.reached(number);
    }

    /// Adds what follows in the log: the changes after what has been reached so far up to `upTo`, oldest first.
    synchronized void add(List<LogEntry> entries, long upTo) {
        for (var entry : entries) {
            shelf(entry).entries.put(entry.number(), entry);
            order.add(entry);
            bytes += entry.weight();
        }
        while (order.size() > mostEntries || bytes > mostBytes) {
            forgetOldest();
        }
        reached.reached(upTo);
        entries.forEach(entry -> shelf(entry).news.reached(entry.number()));
    }

    /// Forgets the changes up to `number`, as the log has.
    synchronized void forget(long number) {
        while (!order.isEmpty() && order.getFirst().number() <= number) {
            forgetOldest();
        }
    }

    private void forgetOldest() {
        var oldest = order.removeFirst();
        bytes -= oldest.weight();
        var shelf = shelf(oldest);
        shelf.floor = Math.max(shelf.floor, oldest.number());
        shelf.entries.remove(oldest.number());
    }

    /// How far the log has been read.
    long reached() {
        return reached.number();
    }

    boolean awaitBeyond(long number, Duration time) throws InterruptedException {
        return reached.awaitBeyond(number, time);
    }

    /// Waits until there is a change to `kind` after `number`; false when the time is over before.
    boolean awaitChange(Kind kind, long number, Duration time) throws InterruptedException {
        return shelf(kind).news.awaitBeyond(number, time);
    }

    /// What a watcher of the selection learns after `number`, within the bound. Empty when the window does not reach
    /// back that far.
    Optional<Events> read(Kind kind, Selection selection, long number, EventRows.Bound bound) {
        var shelf = shelf(kind);
        long upTo = Math.max(number, reached.number());
        var events = new ArrayList<Event>();
        long size = 0;
        boolean full = false;
        for (var entry : shelf.entries.subMap(number, false, upTo, true).values()) {
            var event = entry.to(selection);
            if (event.isPresent()) {
                events.add(event.get());
                size += entry.json().length;
                if (events.size() == bound.entries() || size >= bound.bytes()) {
                    full = true;
                    upTo = entry.number();
                    break;
                }
            }
        }
        return shelf.floor > number ? Optional.empty() : Optional.of(new Events(events, upTo, full));
    }

    private Shelf shelf(LogEntry entry) {
        return shelf(entry.key().kind());
    }

    private Shelf shelf(Kind kind) {
        var shelf = shelves.get(kind);
        if (shelf == null) {
            throw new IllegalArgumentException("not a kind of the store: " + kind);
        }
        return shelf;
    }
}
