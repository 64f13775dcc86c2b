package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.underway.agent.fetch.Enroller;
import dev.underway.agent.fetch.FetchFailed;
import dev.underway.agent.fetch.Identity;
import dev.underway.agent.fetch.JoinToken;
import dev.underway.agent.fetch.ServerClient;
import dev.underway.agent.host.StateDirectory;
import dev.underway.server.PostgresResource;
import dev.underway.server.store.ServerConfig;
import dev.underway.testing.ApiClient;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A host and the real server, with certificates that live for seconds.
@QuarkusTest
@WithTestResource(PostgresResource.class)
@TestProfile(RenewalTest.ShortLives.class)
class RenewalTest {
    private static final String MACHINE = "a".repeat(64);

    /// A configuration of the server's.
    public static final class ShortLives implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("underway.host-certificate-life", "PT12S");
        }
    }

    @TestHTTPResource(value = "/", tls = true)
    URI server;

    @Inject
    ServerConfig config;

    @TempDir
    Path directory;

    @Test
    void aHostOutlivesItsCertificate() throws Exception {
        try (var state = StateDirectory.open(directory)) {
            var first = join(state);
            try (var client = new ServerClient(server, first, MACHINE)) {
                var renewal = new Renewal(state, client, first, Clock.systemUTC(), new Random());
                var renewing = Thread.ofVirtual().start(renewal::run);

                var end = first.validity().until();
                await().atMost(Duration.ofSeconds(40)).until(() -> Instant.now().isAfter(end.plusSeconds(1)));

                assertThat(client.desiredState("", Duration.ZERO)).isPresent();
                renewing.interrupt();
                renewing.join();
            }
            var kept = Identity.load(state).orElseThrow();
            assertThat(kept.key()).isNotEqualTo(first.key());
            try (var restarted = new ServerClient(server, kept, MACHINE);
                    var copyOfTheOldDisk = new ServerClient(server, first, MACHINE)) {
                assertThat(restarted.desiredState("", Duration.ZERO)).isPresent();
                assertThatThrownBy(() -> copyOfTheOldDisk.desiredState("", Duration.ZERO))
                        .isInstanceOf(FetchFailed.class);
            }
        }
    }

    @Test
    void aCertificateIsRenewedAfterTwoThirdsOfItsLifeAndALittleByChance() {
        var validity = new Identity.Validity(Instant.EPOCH, Instant.EPOCH.plus(Duration.ofDays(360)));

        assertThat(validity.renewalFrom(0)).isEqualTo(Instant.EPOCH.plus(Duration.ofDays(240)));
        assertThat(validity.renewalFrom(1.0 / 12)).isEqualTo(Instant.EPOCH.plus(Duration.ofDays(270)));
    }

    private Identity join(StateDirectory state) throws Exception {
        var token = ApiClient.of(server, config.stateDirectory())
                .send("POST", "/underway/v1/join-tokens", "{\"hosts\": [\"renewed\"]}")
                .json()
                .path("token")
                .asText();
        var machine = new Enroller.Machine("renewed", MACHINE, Map.of(), Map.of());
        return Enroller.enrol(server, JoinToken.parse(token), machine, state);
    }
}
