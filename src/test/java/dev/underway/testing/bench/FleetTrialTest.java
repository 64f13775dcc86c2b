package dev.underway.testing.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.server.PostgresResource;
import dev.underway.server.store.ServerConfig;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What `deploy/bench fleet` measures with, on a small fleet.
@QuarkusTest
@WithTestResource(PostgresResource.class)
@TestProfile(FleetTrialTest.ShortArrival.class)
class FleetTrialTest {
    /// Shorter than agents wait for an answer.
    public static final class ShortArrival implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("underway.limits.arrival", "2s");
        }
    }

    private static final int HOSTS = 50;
    private static final SimulatedHost.Pace PACE =
            new SimulatedHost.Pace(Duration.ofMillis(100), Duration.ofMillis(300));

    @TestHTTPResource(value = "", tls = true)
    URI server;

    @Inject
    ServerConfig config;

    @Test
    void everyAgentIsToldOfEachChangeAndBelieved() throws Exception {
        try (var trial = FleetTrial.of(server, config.stateDirectory(), "trial", HOSTS, PACE)) {
            trial.connect();
            trial.change("100%");
            // Longer than a request may take to arrive: they wait for an answer, and nobody waits for them.
            Thread.sleep(config.limits().arrival().plusMillis(500));

            var changed = trial.change("100%");

            assertThat(changed.told().count()).isEqualTo(HOSTS);
            assertThat(changed.well().median() - changed.told().median())
                    .isGreaterThan(PACE.least().toMillis() / 1000.0);
            assertThat(changed.said()).isGreaterThanOrEqualTo(changed.well().greatest());
            assertThat(trial.lost()).isZero();
            assertThat(trial.putOff()).isZero();
        }
    }

    @Test
    void theFleetCanBeListedWhileItChanges() throws Exception {
        try (var trial = FleetTrial.of(server, config.stateDirectory(), "listed", HOSTS, PACE)) {
            trial.connect();
            trial.change("100%");
            var rows = new HashSet<Integer>();

            trial.changeWhile(
                    "10%",
                    () -> {
                        rows.add(trial.listAssignments("").json().path("rows").size());
                        rows.add(trial.listAssignmentsOfOneHost()
                                .json()
                                .path("rows")
                                .size());
                    });

            assertThat(rows).containsExactlyInAnyOrder(HOSTS, 1);
            assertThat(trial.listHosts().json().path("rows").size()).isGreaterThanOrEqualTo(HOSTS);
        }
    }
}
