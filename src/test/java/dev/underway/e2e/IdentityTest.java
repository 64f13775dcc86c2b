package dev.underway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.underway.agent.fetch.Enroller;
import dev.underway.agent.fetch.FetchFailed;
import dev.underway.agent.fetch.Identity;
import dev.underway.agent.fetch.JoinToken;
import dev.underway.agent.fetch.ServerClient;
import dev.underway.agent.host.StateDirectory;
import dev.underway.model.Codec;
import dev.underway.model.Digests;
import dev.underway.testing.Kubectl;
import dev.underway.testing.TestHost;
import dev.underway.wire.Report;
import dev.underway.wire.Wire;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A host is itself and nobody else: what a certificate, a token and a name are good for, and what not.
@Tag("e2e")
class IdentityTest {
    @AutoClose
    private static final Fleet fleet = Fleet.of(2);

    private static TestHost mine;
    private static TestHost other;

    @TempDir
    Path directory;

    @BeforeAll
    static void start() {
        mine = fleet.hosts().get(0);
        other = fleet.hosts().get(1);
    }

    @Test
    void aHostReadsItsOwnDocument() throws Exception {
        try (var client = client(identity(mine), machine(mine))) {
            assertThat(client.desiredState("", Duration.ZERO)).isPresent();
        }
    }

    @Test
    void aHostCannotReadAnotherHostsDocument() throws Exception {
        try (var client = client(as(other, identity(mine)), machine(mine))) {
            assertRefused("Forbidden", () -> client.desiredState("", Duration.ZERO));
        }
    }

    @Test
    void aHostCannotWriteAnotherHostsStatus() throws Exception {
        try (var client = client(as(other, identity(mine)), machine(mine))) {
            assertRefused("Forbidden", () -> client.report(report(machine(mine))));
        }
    }

    @Test
    void aHostCannotUseThePeoplesApi() throws Exception {
        var kubectl = Kubectl.with(kubeconfigOf(identity(mine)), directory.resolve("home"));

        assertThat(kubectl.run("get", "unitsets").err()).contains("Forbidden");
        assertThat(kubectl.run("get", "hosts").err()).contains("Forbidden");
        assertThat(kubectl.run("delete", "host", other.name()).err()).contains("Forbidden");
    }

    @Test
    void aCertificateThatWasCopiedToAnotherMachineIsRefused() throws Exception {
        try (var client = client(identity(mine), Digests.sha256("another machine".getBytes(StandardCharsets.UTF_8)))) {
            assertRefused("MachineMismatch", () -> client.desiredState("", Duration.ZERO));
            assertRefused("MachineMismatch", () -> client.revision("0".repeat(64)));
            assertRefused("MachineMismatch", () -> client.report(report("f".repeat(64))));
        }
    }

    @Test
    void aTakenNameIsRefusedUntilThePersonResetsTheHost() throws Exception {
        try (var clone = fleet.bootOnly()) {
            var token = token("--host", "taken", "--uses", "3");
            var first = enrol(token, "taken", machine(mine));
            assertThat(first.host()).isEqualTo("taken");
            var thief = machine(clone);
            assertRefused("NameTaken", () -> enrol(token, "taken", thief));

            fleet.server().underway("host", "reset", "taken");

            assertThat(enrol(token, "taken", thief).host()).isEqualTo("taken");
            try (var client = client(first, machine(mine))) {
                assertRefused("NotEnrolled", () -> client.desiredState("", Duration.ZERO));
            }
        }
    }

    @Test
    void aUsedUpTokenIsRefused() throws Exception {
        var token = token("--uses", "1");
        enrol(token, "first", "a".repeat(64));

        assertRefused("TokenUsedUp", () -> enrol(token, "second", "b".repeat(64)));
    }

    @Test
    void anExpiredTokenIsRefused() throws Exception {
        var token = token("--expires", "1s");

        await().atMost(Duration.ofSeconds(30)).ignoreExceptions().untilAsserted(() -> {
            var name = "late" + System.nanoTime();
            assertRefused(
                    "TokenExpired", () -> enrol(token, name, Digests.sha256(name.getBytes(StandardCharsets.UTF_8))));
        });
    }

    @Test
    void aRevokedTokenIsRefused() throws Exception {
        var token = token();
        fleet.server().underway("join-token", "revoke", token.split("\\.")[1]);

        assertRefused("TokenUnknown", () -> enrol(token, "revoked", "c".repeat(64)));
    }

    @Test
    void aTokenIsGoodForTheNamesItWasMadeForOnly() throws Exception {
        var token = token("--host", "web-*");

        assertRefused("NameNotAllowed", () -> enrol(token, "db-1", "d".repeat(64)));
    }

    @Test
    void aTokenOfAnotherServerIsNotShownToThisOne() throws Exception {
        var token = token();
        var foreign = token.substring(0, token.lastIndexOf('.') + 1) + "0".repeat(64);

        assertThatThrownBy(() -> enrol(foreign, "astray", "e".repeat(64)))
                .isInstanceOf(FetchFailed.class)
                .hasMessageContaining("the server does not show the CA that the join token names");
        assertThat(enrol(token, "astray", "e".repeat(64)).host()).isEqualTo("astray");
    }

    @Test
    void aDocumentOfAnotherServerIsRefused() {
        assertRefusedWith("serverUid", "\"another\"", "identity.json", "it is of another server");
    }

    @Test
    void aDocumentThatIsOlderThanTheLastIsRefused() {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> other.tryExec("test", "-e", "/var/lib/underway/desired-state.json")
                                .exitCode()
                        == 0);

        assertRefusedWith("serial", "999999999", "desired-state.json", "is lower than the last one");
    }

    /// What the real server sends to an agent that remembers `value` as `field` of `file`.
    private static void assertRefusedWith(String field, String value, String file, String words) {
        var path = "/var/lib/underway/" + file;
        other.exec("systemctl", "stop", "underway-agent.service");
        var before = other.read(path);
        try {
            other.write(
                    path, before.replaceFirst("\"" + field + "\":(\"[^\"]*\"|[0-9]+)", "\"" + field + "\":" + value));
            other.exec("systemctl", "start", "underway-agent.service");

            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(
                                    other.exec("journalctl", "-u", "underway-agent.service", "--no-pager", "-n", "50"))
                            .contains("reason=DocumentRefused", words));
        } finally {
            other.exec("systemctl", "stop", "underway-agent.service");
            other.write(path, before);
            other.exec("systemctl", "start", "underway-agent.service");
        }
    }

    private static void assertRefused(String reason, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        FetchFailed.class,
                        e -> assertThat(e.reason()).describedAs(e.getMessage()).isEqualTo(reason));
    }

    private static String token(String... options) {
        var command = new java.util.ArrayList<>(List.of("join-token", "create"));
        command.addAll(List.of(options));
        return fleet.server().underway(command.toArray(String[]::new)).strip();
    }

    private Identity enrol(String token, String name, String machine) throws Exception {
        try (var state = StateDirectory.open(Files.createTempDirectory(directory, "state"))) {
            return Enroller.enrol(
                    URI.create(fleet.server().url()),
                    JoinToken.parse(token),
                    new Enroller.Machine(name, machine, Map.of(), Map.of()),
                    state);
        }
    }

    private static ServerClient client(Identity identity, String machine) throws Exception {
        return new ServerClient(URI.create(fleet.server().url()), identity, machine);
    }

    private static Identity identity(TestHost host) {
        return Codec.read(
                host.read("/var/lib/underway/identity.json").getBytes(StandardCharsets.UTF_8), Identity.class);
    }

    /// The certificate of one host under the name of another.
    private static Identity as(TestHost name, Identity own) {
        return new Identity(name.name(), own.serverUid(), own.key(), own.certificate(), own.ca());
    }

    /// The machine's id as the host's agent tells it, which the server keeps in the Host's status.
    private static String machine(TestHost host) {
        var known = fleet.server().kubectl().run("get", "host", host.name(), "-o", "jsonpath={.status.machine}");
        return known.exit() == 0
                ? known.out()
                : Digests.sha256(host.read("/etc/machine-id").getBytes(StandardCharsets.UTF_8));
    }

    private static Report report(String machine) {
        return new Report(Wire.VERSION, machine, 0, null, List.of(), List.of());
    }

    private Path kubeconfigOf(Identity identity) throws Exception {
        return Files.writeString(directory.resolve("kubeconfig"), """
            apiVersion: v1
            kind: Config
            current-context: c
            clusters: [{name: c, cluster: {server: "%s", certificate-authority-data: %s}}]
            users: [{name: c, user: {client-certificate-data: %s, client-key-data: %s}}]
            contexts: [{name: c, context: {cluster: c, user: c}}]
            """.formatted(
                fleet.server().url(), base64(identity.ca()), base64(identity.certificate()), base64(identity.key())));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
