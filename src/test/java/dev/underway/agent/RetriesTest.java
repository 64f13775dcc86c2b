package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.plan.Plan.Withheld;
import dev.underway.plan.SetId;
import java.time.Duration;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RetriesTest {
    private static final SetId WEB = new SetId("shop", "web");
    private static final Withheld WHY = new Withheld("StartFailed", "it failed");

    private long now;
    private final Retries retries = new Retries(() -> now, new Random(1));

    @Test
    void waitsEverLongerUpToFiveMinutes() {
        var waits = LongStream.range(0, 12)
                .map(i -> {
                    retries.failed(WEB, "v1", WHY);
                    long wait = retries.next(_ -> true).orElseThrow().toSeconds();
                    now += retries.next(_ -> true).orElseThrow().toNanos();
                    return wait;
                })
                .toArray();

        assertThat(waits[0]).isBetween(2L, 5L);
        assertThat(waits[3]).isBetween(20L, 40L);
        assertThat(waits[11]).isBetween(150L, 300L);
    }

    @Test
    void holdsASetUntilItsTimeHasCome() {
        retries.failed(WEB, "v1", WHY);
        assertThat(retries.holding(WEB, "v1")).contains(WHY);

        now += Duration.ofSeconds(5).toNanos();

        assertThat(retries.holding(WEB, "v1")).isEmpty();
    }

    @Test
    void whatIsTriedAgainWaitsForNothingUntilItFailsAgain() {
        retries.failed(WEB, "v1", WHY);
        now += Duration.ofSeconds(5).toNanos();
        assertThat(retries.next(_ -> true)).contains(Duration.ZERO);

        retries.holding(WEB, "v1");
        assertThat(retries.next(_ -> true)).isEmpty();

        retries.failed(WEB, "v1", WHY);
        assertThat(retries.next(_ -> true).orElseThrow()).isGreaterThan(Duration.ofSeconds(2));
    }

    @Test
    void forgetsWhatIsNotWanted() {
        retries.failed(WEB, "v1", WHY);

        retries.keepOnly(set -> !set.equals(WEB));

        assertThat(retries.next(_ -> true)).isEmpty();
    }

    @Test
    void triesAnotherVersionAtOnce() {
        retries.failed(WEB, "v1", WHY);

        assertThat(retries.holding(WEB, "v2")).isEmpty();
    }

    @Test
    void forgetsASetThatSucceeded() {
        retries.failed(WEB, "v1", WHY);

        retries.succeeded(WEB);

        assertThat(retries.holding(WEB, "v1")).isEmpty();
        assertThat(retries.next(_ -> true)).isEmpty();
    }
}
