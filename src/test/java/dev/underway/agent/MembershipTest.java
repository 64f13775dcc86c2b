package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.underway.agent.fetch.Enroller;
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
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A machine that joins the real server, and is stopped on the way. One that is refused would ask for ever.
@Timeout(30)
@QuarkusTest
@WithTestResource(PostgresResource.class)
class MembershipTest {
    private static final Enroller.Machine MACHINE =
            new Enroller.Machine("interrupted", "d".repeat(64), Map.of(), Map.of());

    @TestHTTPResource(value = "/", tls = true)
    URI server;

    @Inject
    ServerConfig config;

    @TempDir
    Path directory;

    private Path tokenFile;

    @BeforeEach
    void aTokenForOneUse() throws Exception {
        tokenFile = directory.resolve("join-token");
        var people = ApiClient.of(server, config.stateDirectory());
        people.send("POST", "/underway/v1/hosts/interrupted/reset", "");
        Files.writeString(
                tokenFile,
                people.send("POST", "/underway/v1/join-tokens", "{\"hosts\": [\"interrupted\"], \"uses\": 1}")
                        .json()
                        .path("token")
                        .asText());
    }

    @Test
    void whoWasStoppedBetweenTheAnswerAndItsIdentityJoinsAfterAll() throws Exception {
        joinWithoutKeepingTheIdentity();

        try (var state = open()) {
            var identity = membership(state).identity();

            assertThat(Identity.load(state)).contains(identity);
            try (var client = new ServerClient(server, identity, MACHINE.machine())) {
                assertThat(client.desiredState("", Duration.ZERO)).isPresent();
            }
        }
    }

    @Test
    void whoWasStoppedJustAfterItHadItsIdentityKeepsNoOtherKey() throws Exception {
        joinWithoutKeepingTheIdentity();
        var key = Files.readAllBytes(waitingKey());
        Identity identity;
        try (var state = open()) {
            identity = membership(state).identity();
        }
        Files.write(waitingKey(), key);

        try (var state = open()) {
            assertThat(membership(state).identity()).isEqualTo(identity);
        }

        assertThat(waitingKey()).doesNotExist();
    }

    private void joinWithoutKeepingTheIdentity() throws Exception {
        var inTheWay = directory.resolve("state/identity.json");
        Files.createDirectories(inTheWay);
        try (var state = open()) {
            var token = JoinToken.parse(Files.readString(tokenFile));
            assertThatThrownBy(() -> Enroller.enrol(server, token, MACHINE, state))
                    .isInstanceOf(IOException.class);
        }
        Files.delete(inTheWay);
    }

    private Membership membership(StateDirectory state) {
        return new Membership(state, server, tokenFile, MACHINE, Clock.systemUTC());
    }

    private Path waitingKey() {
        return directory.resolve("state/joining.json");
    }

    private StateDirectory open() throws IOException {
        return StateDirectory.open(directory.resolve("state"));
    }
}
