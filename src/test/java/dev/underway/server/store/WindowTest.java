package dev.underway.server.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Kind;
import dev.underway.server.store.ResourceStore.Event;
import dev.underway.server.store.ResourceStore.Events;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// The newest part of the log in memory: what it has it tells whole, and what it has not it says.
class WindowTest {
    private static final EventRows.Bound ALL = new EventRows.Bound(1000, 1 << 20);

    @Test
    void tellsWhatCameAfterTheNumberOfAReader() {
        var window = new Window(100, 1 << 20);
        window.begin(10);
        window.add(List.of(entry(Kind.HOST, 11), entry(Kind.UNIT_SET, 12), entry(Kind.HOST, 13)), 15);

        assertThat(numbers(read(window, Kind.HOST, 10))).containsExactly(11L, 13L);
        assertThat(numbers(read(window, Kind.HOST, 11))).containsExactly(13L);
        assertThat(read(window, Kind.HOST, 13).events()).isEmpty();
        assertThat(read(window, Kind.HOST, 10).upTo()).isEqualTo(15);
        assertThat(read(window, Kind.HOST, 10).more()).isFalse();
    }

    @Test
    void doesNotReachBackBeyondItsBeginning() {
        var window = new Window(100, 1 << 20);
        window.begin(10);

        assertThat(window.read(Kind.HOST, Selection.ALL, 9, ALL)).isEmpty();
        assertThat(read(window, Kind.HOST, 10).upTo()).isEqualTo(10);
    }

    @Test
    void aReaderThatIsAheadOfItIsToldNothing() {
        var window = new Window(100, 1 << 20);
        window.begin(10);

        assertThat(read(window, Kind.HOST, 20)).isEqualTo(new Events(List.of(), 20, false));
    }

    @Test
    void forgetsTheOldestWhenThereAreTooMany() {
        var window = new Window(3, 1 << 20);
        window.begin(0);
        for (long number = 1; number <= 5; number++) {
            window.add(List.of(entry(Kind.HOST, number)), number);
        }

        assertThat(window.read(Kind.HOST, Selection.ALL, 1, ALL)).isEmpty();
        assertThat(numbers(read(window, Kind.HOST, 2))).containsExactly(3L, 4L, 5L);
    }

    @Test
    void forgetsTheOldestWhenTheyAreTooLong() {
        var window = new Window(1000, 10_000);
        window.begin(0);
        for (long number = 1; number <= 4; number++) {
            window.add(List.of(entry(Kind.HOST, number, 2000)), number);
        }

        assertThat(window.read(Kind.HOST, Selection.ALL, 0, ALL)).isEmpty();
        assertThat(numbers(read(window, Kind.HOST, 1))).containsExactly(2L, 3L, 4L);
    }

    @Test
    void aBusyKindDoesNotMakeAQuietOneForgotten() {
        var window = new Window(3, 1 << 20);
        window.begin(0);
        for (long number = 1; number <= 50; number++) {
            window.add(List.of(entry(Kind.ASSIGNMENT, number)), number);
        }

        assertThat(read(window, Kind.UNIT_SET, 0)).isEqualTo(new Events(List.of(), 50, false));
    }

    @Test
    void forgetsWhatTheLogHasForgotten() {
        var window = new Window(100, 1 << 20);
        window.begin(0);
        window.add(List.of(entry(Kind.HOST, 1), entry(Kind.HOST, 2), entry(Kind.HOST, 3)), 3);

        window.forget(2);

        assertThat(window.read(Kind.HOST, Selection.ALL, 1, ALL)).isEmpty();
        assertThat(numbers(read(window, Kind.HOST, 2))).containsExactly(3L);
    }

    @Test
    void tellsInPiecesAndThatThereIsMore() {
        var window = new Window(100, 1 << 20);
        window.begin(0);
        window.add(
                LongStream.rangeClosed(1, 5)
                        .mapToObj(number -> entry(Kind.HOST, number))
                        .toList(),
                5);

        var piece = window.read(Kind.HOST, Selection.ALL, 0, new EventRows.Bound(2, 1 << 20))
                .orElseThrow();

        assertThat(numbers(piece)).containsExactly(1L, 2L);
        assertThat(piece.upTo()).isEqualTo(2);
        assertThat(piece.more()).isTrue();
    }

    @Test
    void leavesOutOtherNamespaces() {
        var window = new Window(100, 1 << 20);
        window.begin(0);
        window.add(List.of(entry(Kind.UNIT_SET, 1)), 1);

        var other = window.read(Kind.UNIT_SET, Selection.inNamespace("other"), 0, ALL);

        assertThat(other).contains(new Events(List.of(), 1, false));
    }

    @Test
    void wakesThoseWhoWaitForAKindByThatKindOnly() throws Exception {
        var window = new Window(100, 1 << 20);
        window.begin(0);
        window.add(List.of(entry(Kind.HOST, 1)), 1);

        assertThat(window.awaitChange(Kind.UNIT_SET, 0, Duration.ofMillis(20))).isFalse();
        assertThat(window.awaitChange(Kind.HOST, 0, Duration.ofSeconds(20))).isTrue();
        assertThat(window.awaitChange(Kind.HOST, 1, Duration.ofMillis(20))).isFalse();
    }

    /// Four readers beside the writer, in a window so small that it forgets all the time: what a reader is told
    /// follows what it was told before without a gap, or it is told that it is behind.
    @Test
    void noReaderMissesAnEntryHoweverFastTheyAreForgotten() throws Exception {
        var window = new Window(40, 1 << 20);
        window.begin(0);
        long last = 200_000;
        try (var threads = Executors.newFixedThreadPool(5)) {
            var readers = IntStream.range(0, 4)
                    .mapToObj(_ -> threads.submit((Callable<Integer>) () -> readToTheEnd(window, last)))
                    .toList();
            threads.submit(() -> {
                for (long number = 1; number <= last; number++) {
                    window.add(List.of(entry(number % 2 == 0 ? Kind.HOST : Kind.UNIT_SET, number)), number);
                }
            });

            int behind = 0;
            for (var reader : readers) {
                behind += reader.get();
            }
            assertThat(behind).isPositive();
        }
    }

    /// How often the reader of hosts, which have the even numbers, was behind.
    private static int readToTheEnd(Window window, long last) {
        int behind = 0;
        long seen = 0;
        while (seen < last) {
            var events = window.read(Kind.HOST, Selection.ALL, seen, new EventRows.Bound(7, 1 << 20));
            if (events.isEmpty()) {
                behind++;
                seen = window.reached();
                continue;
            }
            var told = numbers(events.get());
            long next = seen % 2 == 0 ? seen + 2 : seen + 1;
            for (var number : told) {
                assertThat(number).isEqualTo(next);
                next += 2;
            }
            assertThat(events.get().upTo()).isLessThan(next);
            seen = events.get().upTo();
        }
        return behind;
    }

    private static Events read(Window window, Kind kind, long number) {
        return window.read(kind, Selection.ALL, number, ALL).orElseThrow();
    }

    private static List<Long> numbers(Events events) {
        return new ArrayList<>(
                events.events().stream().map(Event::resourceVersion).toList());
    }

    private static LogEntry entry(Kind kind, long number) {
        return entry(kind, number, 2);
    }

    private static LogEntry entry(Kind kind, long number, int bytes) {
        var key = new Resource.Key(kind, kind.namespaced() ? "shop" : "", "r" + number);
        var seen = new Seen(Map.of(), Map.of("metadata.name", key.name()));
        return new LogEntry(key, number, false, null, seen, "x".repeat(bytes).getBytes(UTF_8));
    }
}
