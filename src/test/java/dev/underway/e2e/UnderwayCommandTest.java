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
import dev.underway.testing.KubectlProgram;
import dev.underway.testing.Program;
import dev.underway.testing.TestHost;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The packaged command `underway`, as a person types it, against the packaged server: over TLS, with the kubeconfig
/// that the server wrote. Exit codes are those of `underway --help`.
@Tag("e2e")
class UnderwayCommandTest {
    private static final int DONE = 0;
    private static final int REFUSED = 1;
    private static final int MISUSED = 2;
    private static final int DROPPED = 2;
    private static final int TIMED_OUT = 3;
    private static final int NO_ACCESS = 4;

    @AutoClose
    private static final Fleet fleet = Fleet.of(1);

    private static final TestHost host = fleet.host();

    @TempDir
    Path directory;

    @Test
    void appliesAFileAndSaysWhatBecameOfIt() throws Exception {
        var file = Files.writeString(directory.resolve("one.yaml"), manifest("one", "v1"));

        assertThat(said("apply", "-f", file.toString())).isEqualTo("unitset.underway.dev/one created\n");
        assertThat(said("apply", "-f", file.toString())).isEqualTo("unitset.underway.dev/one unchanged\n");
        Files.writeString(file, manifest("one", "v2"));
        assertThat(said("apply", "-f", file.toString())).isEqualTo("unitset.underway.dev/one configured\n");

        assertThat(contentOf("one")).isEqualTo("v2");
    }

    @Test
    void appliesTheManifestsOfADirectoryAndOnRequestOfThoseBelow() throws Exception {
        Files.writeString(directory.resolve("b.yaml"), manifest("dir-b", "v1") + "---\n" + manifest("dir-c", "v1"));
        Files.writeString(directory.resolve("a.yml"), manifest("dir-a", "v1"));
        Files.writeString(directory.resolve("README"), "no manifest");
        Files.createDirectory(directory.resolve("below"));
        Files.writeString(directory.resolve("below/d.yaml"), manifest("dir-d", "v1"));

        assertThat(said("apply", "-f", directory.toString())).isEqualTo("""
            unitset.underway.dev/dir-a created
            unitset.underway.dev/dir-b created
            unitset.underway.dev/dir-c created
            """);
        assertThat(said("apply", "-R", "-f", directory.toString())).isEqualTo("""
            unitset.underway.dev/dir-a unchanged
            unitset.underway.dev/dir-b unchanged
            unitset.underway.dev/dir-c unchanged
            unitset.underway.dev/dir-d created
            """);
    }

    @Test
    void appliesEveryDocumentOfStandardInput() {
        var both = manifest("in-a", "v1") + "---\n# only a remark\n---\n" + manifest("in-b", "v1");

        var ended = underway("apply", "-f", "-").reading(both).run();

        assertThat(ended.output()).isEqualTo("""
            unitset.underway.dev/in-a created
            unitset.underway.dev/in-b created
            """);
        assertThat(contentOf("in-b")).isEqualTo("v1");
    }

    @Test
    void aDryRunIsAnsweredByTheServerAndStoresNothing() {
        var dryRun = underway("apply", "--dry-run=server", "-f", "-");

        var good = dryRun.reading(manifest("dry", "v1")).run();
        var bad = dryRun.reading(manifest("dry", "v1").replace("/etc/dry", "etc/dry"))
                .run();

        assertThat(good.output()).isEqualTo("unitset.underway.dev/dry created (server dry run)\n");
        assertThat(bad.exitCode()).isEqualTo(REFUSED);
        assertThat(bad.errors()).contains("spec.files[0].path");
        assertThat(fleet.server().get("unitset", "dry")).isEmpty();
    }

    @Test
    void aPlanSaysWhatHostsWouldDoAndEndsWithTwoWhenSomethingWouldBeDropped() {
        var first = service("planned", "1");
        var fresh = underway("plan", "-f", "-").reading(first).run();
        fleet.converge(first);

        var same = underway("plan", "-f", "-").reading(first).run();
        var restart =
                underway("plan", "-f", "-").reading(service("planned", "2")).run();
        var asJson = underway("plan", "-o", "json", "-f", "-")
                .reading(service("planned", "2"))
                .run();

        assertThat(fresh.output()).contains("default/planned: 1 of 1 hosts change, disruption: none");
        assertThat(fresh.exitCode()).isEqualTo(DONE);
        assertThat(same.output()).contains("0 of 1 hosts change");
        assertThat(same.exitCode()).isEqualTo(DONE);
        assertThat(restart.output())
                .containsPattern("Restart +planned.service +1 +dropped +Environment= changed")
                .contains("note: from reports of hosts up to");
        assertThat(restart.exitCode()).isEqualTo(DROPPED);
        assertThat(asJson.exitCode()).isEqualTo(DROPPED);
        assertThat(asJson.output()).contains("\"disruption\" : \"dropped\"");
        fleet.delete("planned");
    }

    /// What the packaged agent did, as the real kubectl tells it; Events are written within a second or two.
    @Test
    void describeTellsTheStoryOfASetOnAHost() {
        fleet.converge(service("told", "1"));
        fleet.converge(service("told", "2"));
        var assignment = "told." + host.name();

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(fleet.server()
                                .kubectl()
                                .run("describe", "asn", assignment)
                                .out()
                                .replaceAll("(?s).*\nEvents:", ""))
                        .containsPattern("Start\\w* .*told.service: does not run yet")
                        .containsPattern("Restart\\w* .*told.service: Environment= changed"));
        assertThat(fleet.server()
                        .kubectl()
                        .run("events", "--for", "asn/" + assignment)
                        .out())
                .contains("told.service");
        fleet.delete("told");
    }

    /// A service without a socket on the fleet's host.
    private static String service(String name, String version) {
        return fleet.inGroup("""
            apiVersion: underway.dev/v1alpha1
            kind: UnitSet
            metadata: {name: NAME, namespace: default}
            spec:
              selector: {matchLabels: {fleet: GROUP}}
              units:
              - name: NAME.service
                readiness: {minHealthyTime: 0s}
                content: |
                  [Service]
                  Type=exec
                  ExecStart=/bin/sleep infinity
                  Environment=VERSION=NUMBER
                  Restart=on-failure
            """.replace("NAME", name).replace("NUMBER", version));
    }

    @Test
    void namesFileLineAndFieldOfWhatIsRefusedAndAppliesTheRest() throws Exception {
        var bad = manifest("bad", "v1").replace("/etc/bad", "etc/bad");
        var file = Files.writeString(
                directory.resolve("set.yaml"),
                manifest("rest-a", "v1") + "---\n" + bad + "---\n" + manifest("rest-b", "v1"));

        var ended = underway("apply", "-f", file.toString()).run();

        assertThat(ended.exitCode()).isEqualTo(REFUSED);
        assertThat(ended.output()).isEqualTo("""
            unitset.underway.dev/rest-a created
            unitset.underway.dev/rest-b created
            """);
        assertThat(ended.errors())
                .isEqualTo(file + ": line 9: unitset.underway.dev/bad: spec.files[0].path: \"etc/bad\" is not"
                        + " absolute; begin it with /\n");
    }

    @Test
    void appliesNothingWhenAManifestCannotBeRead() throws Exception {
        var good = Files.writeString(directory.resolve("good.yaml"), manifest("unread", "v1"));
        var broken = Files.writeString(directory.resolve("broken.yaml"), "kind: UnitSet\nspec: {a: [}\n");

        var ended = underway("apply", "-f", good.toString(), "-f", broken.toString())
                .run();

        assertThat(ended.exitCode()).isEqualTo(REFUSED);
        assertThat(ended.errors()).startsWith("underway: " + broken + ": line 2: ");
        assertThat(fleet.server().get("unitset", "unread")).isEmpty();
    }

    @Test
    void showsTheFleetAsATableAWideTableAndJson() throws Exception {
        fleet.converge(manifest("seen", "v1").replace("{fleet: nowhere}", "{fleet: GROUP}"));

        var table = said("status", "--hosts").lines().toList();
        var wide = said("status", "--hosts", "-o", "wide").lines().toList();
        var json = Codec.JSON.readTree(said("status", "--hosts", "-o", "json")).path("items");

        assertThat(table.getFirst().split(" {2,}"))
                .containsExactly("NAMESPACE", "UNITSET", "HOST", "REVISION", "SYNCED", "HEALTHY", "REASON", "AS OF");
        assertThat(table)
                .anyMatch(l -> l.matches(
                        "default +seen +" + host.name() + " +seen-[0-9a-f]{10} +True +True +- +\\d+[smh] ago"));
        assertThat(wide.getFirst()).contains("WANTED").endsWith("MESSAGE");
        assertThat(wide).anyMatch(l -> l.matches("default +seen +.*(seen-[0-9a-f]{10}) +\\1 +True +True .*"));
        assertThat(json.findParents("unitSet"))
                .anyMatch(row -> row.path("unitSet").asText().equals("seen")
                        && row.path("host").asText().equals(host.name())
                        && row.path("healthy").asText().equals("True"));
        assertThat(said("status", "--hosts", "-n", "elsewhere").lines().toList())
                .noneMatch(l -> l.contains("seen-"))
                .anyMatch(l -> l.matches("- +- +" + host.name() + " .*"));
        fleet.delete("seen");
    }

    @Test
    void aTokenIsShownOnceListedAndUselessOnceRevoked() throws Exception {
        var made = underway("join-token", "create", "--host", "spare-*", "--label", "role=web", "--uses", "2")
                .run()
                .orFail();
        var token = made.output().strip();
        var id = token.split("\\.")[1];

        assertThat(made.output().lines()).hasSize(1);
        assertThat(made.errors()).contains("lets 2 hosts named spare-* join").doesNotContain(token);
        assertThat(said("join-token", "list"))
                .contains("USES LEFT")
                .containsPattern(id + " +2 +in 24h.* +spare-\\* +role=web")
                .doesNotContain(token);
        assertThat(enrol(token, "spare-1").host()).isEqualTo("spare-1");
        assertThat(said("join-token", "list", "-o", "json")).contains("\"id\" : \"" + id + "\"");

        assertThat(said("join-token", "revoke", id)).isEqualTo("join token " + id + " revoked\n");

        assertRefused("TokenUnknown", token, "spare-2");
        assertThat(said("join-token", "list")).doesNotContain(id);
        var again = underway("join-token", "revoke", id).run();
        assertThat(again.exitCode()).isEqualTo(REFUSED);
        assertThat(again.errors()).isEqualTo("underway: There is no such join token.\n");
    }

    @Test
    void aHostThatWasResetIsNobodyUntilItsAgentJoinsAnew() throws Exception {
        var identity = host.path("/var/lib/underway/identity.json");
        var before = Codec.read(Files.readAllBytes(identity), Identity.class);
        var machine = fleet.server().get("host", host.name()).orElseThrow();

        assertThat(said("host", "reset", host.name())).isEqualTo("host.underway.dev/" + host.name() + " reset\n");

        try (var old = new ServerClient(
                URI.create(fleet.server().url()),
                before,
                machine.at("/status/machine").asText())) {
            assertThatThrownBy(() -> old.desiredState("", Duration.ZERO))
                    .isInstanceOfSatisfying(
                            FetchFailed.class, e -> assertThat(e.reason()).isEqualTo("NotEnrolled"));
        }
        host.exec("systemctl", "stop", "underway-agent.service");
        Files.delete(identity);
        fleet.server().script("join", host.name());
        assertThat(Codec.read(Files.readAllBytes(identity), Identity.class).certificate())
                .isNotEqualTo(before.certificate());
        var unknown = underway("host", "reset", "nobody").run();
        assertThat(unknown.exitCode()).isEqualTo(REFUSED);
        assertThat(unknown.errors()).isEqualTo("underway: No certificate counts for a host of this name.\n");
    }

    @Test
    void isACommandOfKubectlAsWell() throws Exception {
        Files.createSymbolicLink(
                directory.resolve("kubectl-underway"),
                Path.of("deploy/underway").toAbsolutePath());

        assertThat(kubectl("plugin", "list").output()).contains(directory + "/kubectl-underway");
        assertThat(kubectl("underway", "status", "--hosts").orFail().output()).startsWith("NAMESPACE");
        var missing = kubectl("underway", "apply", "-f", "nowhere.yaml");
        assertThat(missing.exitCode()).isEqualTo(REFUSED);
        assertThat(missing.errors()).contains("underway: there is no file nowhere.yaml");
    }

    @Test
    void saysThatACommandLineIsWrongBeforeItAsksTheServer() {
        var ended = underway("status", "--colour").run();

        assertThat(ended.exitCode()).isEqualTo(MISUSED);
        assertThat(ended.errors()).contains("--colour").contains("See 'underway status --help'.");
    }

    @Test
    void doesNotTalkToAServerThatTheKubeconfigDoesNotTrust() throws Exception {
        var stranger = Program.of(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "ed25519",
                        "-nodes",
                        "-keyout",
                        "/dev/null",
                        "-subj",
                        "/CN=somebody else")
                .run()
                .orFail()
                .output();
        var kubeconfig = kubeconfig(
                "certificate-authority-data: .*",
                "certificate-authority-data: "
                        + Base64.getEncoder().encodeToString(stranger.getBytes(StandardCharsets.UTF_8)));

        assertThat(sentence(NO_ACCESS, "status", "--kubeconfig", kubeconfig))
                .startsWith(
                        "underway: the server " + fleet.server().url() + " is not the one that the kubeconfig trusts");
    }

    @Test
    void saysThatTheServerDoesNotKnowThisUser() throws Exception {
        var kubeconfig = kubeconfig("token: .*", "token: uwp1." + "0".repeat(16) + "." + "0".repeat(64));

        assertThat(sentence(NO_ACCESS, "status", "--kubeconfig", kubeconfig))
                .startsWith("underway: the server does not know you (");
    }

    @Test
    void saysWhenTheServerDoesNotAnswerInTime() throws Exception {
        try (var silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var address = "https://127.0.0.1:" + silent.getLocalPort();
            var kubeconfig = kubeconfig("server: .*", "server: " + address);

            assertThat(sentence(TIMED_OUT, "status", "--request-timeout", "1s", "--kubeconfig", kubeconfig))
                    .isEqualTo("underway: the server " + address + " did not answer within 1s\n");
        }
    }

    @Test
    void saysInOneSentenceThatTheServerIsStopped() {
        fleet.server().stop();
        try {
            var expected = "cannot reach the server " + fleet.server().url() + ": is it running?\n";
            assertThat(sentence(NO_ACCESS, "status")).isEqualTo("underway: " + expected);
            assertThat(sentence(NO_ACCESS, "join-token", "list")).isEqualTo("underway: " + expected);
            assertThat(sentence(NO_ACCESS, "host", "reset", "web")).isEqualTo("underway: " + expected);
            assertThat(sentence(NO_ACCESS, "apply", "-f", "crd-examples")).isEqualTo("underway: " + expected);
        } finally {
            fleet.server().start();
        }
    }

    private static Program underway(String... arguments) {
        return fleet.server().command(arguments);
    }

    private static String said(String... arguments) {
        var ended = underway(arguments).run().orFail();
        assertThat(ended.exitCode()).isEqualTo(DONE);
        return ended.output();
    }

    /// All that a command says that ends with `exitCode`.
    private static String sentence(int exitCode, String... arguments) {
        var ended = underway(arguments).run();
        assertThat(ended.exitCode()).describedAs(ended.errors()).isEqualTo(exitCode);
        assertThat(ended.output()).isEmpty();
        assertThat(ended.errors().lines()).hasSize(1);
        return ended.errors();
    }

    private Program.Ended kubectl(String... arguments) {
        return Program.of(KubectlProgram.path().toString(), arguments)
                .where("PATH", directory + ":" + System.getenv("PATH"))
                .where("HOME", directory.toString())
                .where("KUBECONFIG", fleet.server().kubeconfig().toString())
                .run();
    }

    /// The administrator's kubeconfig with one thing changed.
    private String kubeconfig(String what, String replacement) throws IOException {
        var text = Files.readString(fleet.server().kubeconfig()).replaceAll(what, replacement);
        return Files.writeString(directory.resolve("kubeconfig"), text).toString();
    }

    private static String contentOf(String unitSet) {
        return fleet.server()
                .get("unitset", unitSet)
                .orElseThrow()
                .at("/spec/files/0/content")
                .asText();
    }

    private Identity enrol(String token, String name) throws Exception {
        try (var state = StateDirectory.open(Files.createTempDirectory(directory, "state"))) {
            var machine = new Enroller.Machine(name, "c".repeat(64), Map.of(), Map.of());
            return Enroller.enrol(URI.create(fleet.server().url()), JoinToken.parse(token), machine, state);
        }
    }

    private void assertRefused(String reason, String token, String name) {
        assertThatThrownBy(() -> enrol(token, name))
                .isInstanceOfSatisfying(
                        FetchFailed.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    /// A set of one file that no host is asked to have; nine lines.
    private static String manifest(String name, String content) {
        return """
            apiVersion: underway.dev/v1alpha1
            kind: UnitSet
            metadata: {name: NAME, namespace: default}
            spec:
              selector: {matchLabels: {fleet: nowhere}}
              files:
              - {path: /etc/NAME, content: CONTENT}
            """.replace("NAME", name).replace("CONTENT", content);
    }
}
