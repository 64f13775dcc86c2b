package dev.underway.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LeaseBookTest {
    private static final Instant START = Instant.parse("2026-11-22T12:00:00Z");
    private static final Duration LEASE = Duration.ofSeconds(90);

    private final LeaseBook book = new LeaseBook(LEASE);

    @Test
    void nobodyIsSilentWithinTheFirstLeaseAfterAStart() {
        book.expect("web-1", START);

        assertThat(book.overdue(START.plus(LEASE))).isEmpty();
        assertThat(book.overdue(START.plus(LEASE).plusSeconds(1))).containsExactly("web-1");
    }

    @Test
    void isSaidOnceAndTakenBackByACall() {
        book.expect("web-1", START);
        var late = START.plus(LEASE).plusSeconds(1);

        assertThat(book.saySilent("web-1", late)).isTrue();
        assertThat(book.overdue(late)).isEmpty();
        assertThat(book.heard("web-1", late)).isTrue();
        assertThat(book.heard("web-1", late.plusSeconds(1))).isFalse();
    }

    @Test
    void aCallToAnotherReplicaCounts() {
        book.expect("web-1", START);
        var late = START.plus(LEASE).plusSeconds(1);

        book.heardElsewhere("web-1", late.minusSeconds(10));

        assertThat(book.saySilent("web-1", late)).isFalse();
        assertThat(book.overdue(late)).isEmpty();
    }

    @Test
    void whatDidNotReachTheStoreIsSaidAgain() {
        book.expect("web-1", START);
        var late = START.plus(LEASE).plusSeconds(1);
        book.saySilent("web-1", late);

        book.unsay("web-1");

        assertThat(book.overdue(late)).containsExactly("web-1");
    }

    @Test
    void aHostThatJoinsAnewIsSaidToBeThereAtItsNextCall() {
        book.heard("web-1", START);

        book.stands("web-1", false);

        assertThat(book.heard("web-1", START.plusSeconds(1))).isTrue();
    }
}
