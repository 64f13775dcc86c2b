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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
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
            var first = join(state, "renewed");
            try (var client = new ServerClient(server, first, MACHINE)) {
                var renewal = renewal(state, client, first, () -> {});
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
    void aHostThatWasAwayUntilTheEndOfItJoinsAgain() throws Exception {
        try (var state = StateDirectory.open(directory)) {
            var first = join(state, "away");
            var end = first.validity().until();
            await().atMost(Duration.ofSeconds(40)).until(() -> Instant.now().isAfter(end.plusSeconds(1)));
            Files.writeString(tokenFile(), token("away"));
            var joined = new AtomicBoolean();
            try (var client = new ServerClient(server, first, MACHINE)) {
                var renewal = renewal(state, client, first, () -> joined.set(true));
                assertThatThrownBy(renewal::next)
                        .isInstanceOf(FetchFailed.class)
                        .hasMessageContaining("has joined already")
                        .hasMessageContaining("`underway host reset away`");
                assertThat(Identity.load(state)).contains(first);

                people().send("POST", "/underway/v1/hosts/away/reset", "");
                renewal.run();
            }

            assertThat(joined).isTrue();
            var kept = Identity.load(state).orElseThrow();
            try (var restarted = new ServerClient(server, kept, MACHINE)) {
                assertThat(restarted.desiredState("", Duration.ZERO)).isPresent();
            }
        }
    }

    @Test
    void aCertificateIsRenewedAfterTwoThirdsOfItsLifeAndALittleByChance() {
        var validity = new Identity.Validity(Instant.EPOCH, Instant.EPOCH.plus(Duration.ofDays(360)));

        assertThat(validity.renewalFrom(0)).isEqualTo(Instant.EPOCH.plus(Duration.ofDays(240)));
        assertThat(validity.renewalFrom(1.0 / 12)).isEqualTo(Instant.EPOCH.plus(Duration.ofDays(270)));
    }

    private Renewal renewal(StateDirectory state, ServerClient client, Identity identity, Runnable joinedAgain) {
        var machine = new Enroller.Machine(identity.host(), MACHINE, Map.of(), Map.of());
        var membership = new Membership(state, server, tokenFile(), machine, Clock.systemUTC());
        return new Renewal(state, client, membership, identity, joinedAgain, Clock.systemUTC(), new Random());
    }

    private Identity join(StateDirectory state, String host) throws Exception {
        var machine = new Enroller.Machine(host, MACHINE, Map.of(), Map.of());
        return Enroller.enrol(server, JoinToken.parse(token(host)), machine, state);
    }

    private Path tokenFile() {
        return directory.resolve("join-token");
    }

    private String token(String host) throws Exception {
        return people().send("POST", "/underway/v1/join-tokens", "{\"hosts\": [\"" + host + "\"]}")
                .json()
                .path("token")
                .asText();
    }

    private ApiClient people() throws Exception {
        return ApiClient.of(server, config.stateDirectory());
    }
}
