package dev.underway.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final Pace pace = new Pace(3, Duration.ofSeconds(1));

    @Test
    void allowsABurstAndThenOnePerInterval() {
        assertThat(done("a", START, 10)).isEqualTo(3);

        assertThat(done("a", START.plusSeconds(1), 10)).isEqualTo(1);
        assertThat(done("a", START.plusSeconds(3), 10)).isEqualTo(2);
        assertThat(done("a", START.plusSeconds(60), 10)).isEqualTo(3);
    }

    @Test
    void oneThatIsTooFastSlowsNobodyElse() {
        done("a", START, 10);

        assertThat(done("b", START, 10)).isEqualTo(3);
    }

    /// How often `who` gets to do it of so many tries.
    private int done(String who, Instant now, int tries) {
        int done = 0;
        for (int i = 0; i < tries; i++) {
            if (pace.allows(who, now)) {
                pace.count(who, now);
                done++;
            }
        }
        return done;
    }
}
