package dev.underway.server.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Event;
import dev.underway.model.Kind;
import dev.underway.server.events.Occurrence.Subject;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BacklogTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final Backlog backlog = new Backlog();

    @Test
    void theSameAboutTheSameObjectIsCounted() {
        backlog.add(List.of(happened("a", "fell"), happened("a", "fell"), happened("b", "fell")), NOON);
        backlog.add(List.of(happened("a", "fell")), NOON.plusSeconds(1));

        var taken = backlog.take(10, NOON.plusSeconds(2));

        assertThat(taken)
                .containsExactly(
                        new Backlog.Told(happened("a", "fell"), NOON, NOON.plusSeconds(1), 3),
                        new Backlog.Told(happened("b", "fell"), NOON, NOON, 1));
        assertThat(backlog.take(10, NOON)).isEmpty();
    }

    @Test
    void whatIsNotTakenWaits() {
        backlog.add(List.of(happened("a", "one"), happened("a", "two")), NOON);

        assertThat(backlog.take(1, NOON)).hasSize(1);
        assertThat(backlog.take(1, NOON))
                .extracting(told -> told.occurrence().message())
                .containsExactly("two");
    }

    @Test
    void whatCouldNotBeWrittenIsTakenAgainWithWhatHappenedSince() {
        backlog.add(List.of(happened("a", "fell")), NOON);
        var taken = backlog.take(10, NOON);
        backlog.add(List.of(happened("a", "fell")), NOON.plusSeconds(9));

        backlog.putBack(taken);

        assertThat(backlog.take(10, NOON).getFirst().count()).isEqualTo(2);
    }

    @Test
    void anObjectThatIsNeverQuietFillsAFewEventsAndTheLastSaysSo() {
        backlog.add(many("a", 1000), NOON);
        backlog.add(List.of(happened("b", "fell")), NOON);

        var taken = backlog.take(10_000, NOON);

        assertThat(taken).hasSize(Backlog.BURST + 1);
        assertThat(taken.get(Backlog.BURST - 1).occurrence().reason()).isEqualTo("TooManyEvents");
        assertThat(taken.get(Backlog.BURST - 1).occurrence().type()).isEqualTo(Event.Type.Warning);
        assertThat(taken.getLast().occurrence().subject().name()).isEqualTo("b");
        assertThat(backlog.tidy(NOON)).isEqualTo(1000 - Backlog.BURST);
        assertThat(backlog.tidy(NOON)).isZero();
    }

    @Test
    void anObjectThatWasQuietIsHeardAgain() {
        backlog.add(many("a", 100), NOON);
        backlog.take(1000, NOON);

        backlog.add(many("a", 100), NOON.plus(Backlog.PAUSE.multipliedBy(3)));

        assertThat(backlog.take(1000, NOON.plus(Backlog.PAUSE.multipliedBy(3)))).hasSize(3);
    }

    @Test
    void isBounded() {
        for (int i = 0; i < Backlog.MOST_WAITING + 10; i++) {
            backlog.add(List.of(happened("h" + i, "fell")), NOON);
        }

        assertThat(backlog.take(Integer.MAX_VALUE, NOON)).hasSize(Backlog.MOST_WAITING);
        assertThat(backlog.tidy(NOON)).isEqualTo(10);
    }

    private static List<Occurrence> many(String name, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> happened(name, "number " + i))
                .toList();
    }

    private static Occurrence happened(String name, String message) {
        return Occurrence.normal(new Subject(Kind.HOST, "", name, "uid of " + name), "Happened", message);
    }
}
