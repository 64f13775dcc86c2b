package dev.underway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.testing.ApiClient;
import dev.underway.testing.Kubectl;
import dev.underway.testing.TestHost;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// One machine on which server and agent were installed as an operator does it, by `deploy/install-server` and
/// `deploy/install-agent`: their units, with everything that these forbid to them.
@Tag("e2e")
class InstalledTest {
    private static final String SOURCES = "/srv/underway";
    private static final Path STATE = Path.of("/var/lib/underway-server");
    private static final String UNIT_SETS = "/apis/underway.dev/v1alpha1/namespaces/default/unitsets";
    private static final Duration LONG = Duration.ofSeconds(90);
    private static final Duration PAUSE = Duration.ofMillis(50);

    @TempDir
    static Path directory;

    private static TestHost machine;
    private static URI url;
    private static ApiClient api;

    @BeforeAll
    static void installTheServer() throws Exception {
        var options = Pattern.compile("(--bridge) (\\S+) (--ip) ((\\S+)/\\d+).*")
                .matcher(Server.shared().script("options").strip());
        assertThat(options.matches()).isTrue();
        machine = TestHost.boot(
                options.group(1),
                options.group(2),
                options.group(3),
                options.group(4),
                "--bind",
                sources() + ":" + SOURCES);
        var address = options.group(5);
        url = URI.create("https://" + address + ":7443");

        machine.exec(SOURCES + "/deploy/install-server", "--listen", address, "--name", address);

        awaitReady();
        api = client();
        assertThat(Unit.on(machine, "underway-server.service").restarts()).isZero();
    }

    @AfterAll
    static void stop() {
        machine.close();
    }

    @Test
    void theServerAndItsDatabaseRunWithoutPrivileges() {
        var processes = machine.exec("ps", "-e", "-o", "user:20=,comm=").lines().toList();

        assertThat(processes).anyMatch(l -> l.matches("underway-server +java"));
        assertThat(processes).anyMatch(l -> l.matches("underway-server +postgres"));
        assertThat(processes).noneMatch(l -> l.matches("root +(java|postgres)"));
        assertThat(machine.exec("stat", "-c", "%U %a", STATE.toString())).isEqualTo("underway-server 700\n");
    }

    /// And systemd starts it anew: without memory, threads end that nobody starts again.
    @Test
    void theServerEndsWhenItIsOutOfMemory() {
        var server = machine.exec("ps", "-C", "java", "-o", "args=");

        assertThat(server).contains("-XX:+ExitOnOutOfMemoryError");
        assertThat(machine.exec("systemctl", "show", "--value", "-p", "Restart", "underway-server.service"))
                .isEqualTo("always\n");
    }

    @Test
    void theCommandIsInstalledAlsoAsOneOfKubectl() {
        machine.exec(SOURCES + "/deploy/install-cli");

        assertThat(machine.exec("underway", "version", "--kubeconfig", STATE + "/admin.kubeconfig"))
                .matches("underway \\d+\\.\\S+\\Rserver v1\\.35\\.\\S+\\R");
        assertThat(machine.exec("kubectl-underway", "join-token", "list", "--kubeconfig", STATE + "/admin.kubeconfig"))
                .contains("ID");
    }

    @Test
    void anUpgradeRestartsTheServerAndKeepsSettingsKeysAndData() throws Exception {
        assertThat(create("kept")).isPositive();
        var keys = machine.exec("sha256sum", STATE + "/ca.pem", STATE + "/admin.kubeconfig");
        var before = Unit.on(machine, "underway-server.service");

        machine.exec(SOURCES + "/deploy/install-server");

        awaitReady();
        assertThat(Unit.on(machine, "underway-server.service").invocation()).isNotEqualTo(before.invocation());
        assertThat(machine.exec("sha256sum", STATE + "/ca.pem", STATE + "/admin.kubeconfig"))
                .isEqualTo(keys);
        assertThat(client().get(UNIT_SETS + "/kept").code()).isEqualTo(200);
    }

    @Test
    void anOptionChangesItsSettingAndNoOther() {
        var settings = "/etc/underway-server/config/application.properties";
        machine.exec("sh", "-c", "echo quarkus.log.level=INFO >>" + settings);
        var before = machine.read(settings);

        machine.exec(SOURCES + "/deploy/install-server", "--name", url.getHost(), "--name", "here", "--no-start");

        assertThat(before).contains("underway.listen.address=" + url.getHost() + "\n");
        assertThat(machine.read(settings)).isEqualTo(before.replaceFirst("(underway\\.listen\\.names=.*)", "$1,here"));
        machine.exec(SOURCES + "/deploy/install-server", "--name", url.getHost());
        awaitReady();
        assertThat(machine.read(settings)).isEqualTo(before);
    }

    /// `main` kills the server alone, and its database ends in order; `all` kills the database with it.
    @ParameterizedTest
    @ValueSource(strings = {"main", "all"})
    void whatWasAnsweredIsThereAfterTheWritingServerWasKilled(String who) throws Exception {
        var answered = new ConcurrentHashMap<String, Long>();
        var enough = new AtomicBoolean();
        try (var writers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int n = 0; n < 8; n++) {
                var prefix = who + "-" + n + "-";
                writers.execute(() -> write(prefix, answered, enough));
            }
            await().atMost(LONG).until(() -> answered.size() > 100);

            machine.exec("systemctl", "kill", "--kill-who=" + who, "-s", "KILL", "underway-server.service");

            var then = answered.size();
            await().atMost(LONG).until(() -> answered.size() > then + 50);
            enough.set(true);
        }
        var stored = client().get(UNIT_SETS).json();
        assertThat(stored.path("items").findValuesAsText("name")).containsAll(answered.keySet());
        assertThat(answered.values()).doesNotHaveDuplicates();
        assertThat(stored.at("/metadata/resourceVersion").asLong())
                .isGreaterThanOrEqualTo(Collections.max(answered.values()));
    }

    @Test
    void anInstalledAgentJoinsAndRunsWhatTheManifestSays() throws Exception {
        var kubectl = Kubectl.with(machine.path(STATE + "/admin.kubeconfig"), directory.resolve("home"));
        machine.exec(
                "sh",
                "-c",
                "umask 077; %s/deploy/underway join-token create --label role=web --kubeconfig %s/admin.kubeconfig >/root/token"
                        .formatted(SOURCES, STATE));

        machine.exec(SOURCES + "/deploy/install-agent", "--server", url.toString(), "--join-token-file", "/root/token");

        kubectl.run(
                "apply",
                "-f",
                Path.of("crd-examples/hello.yaml").toAbsolutePath().toString());
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(machine.exec("journalctl", "-t", "hello", "-o", "cat"))
                        .contains("Hello from Underway"));
        var version = machine.exec("systemctl", "--version").replaceAll("(?s)systemd (\\d+).*", "$1");
        var line = machine.name() + " +True +1/1 .* Debian .* " + version + " +" + url.getHost() + " .*";
        // The unit speaks before its agent has reported.
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(kubectl.run("get", "hosts", "-o", "wide")
                                .out()
                                .lines()
                                .toList())
                        .anyMatch(l -> l.matches(line)));
        assertThat(Unit.on(machine, "underway-agent.service").restarts()).isZero();
        var label = machine.tryExec(SOURCES + "/deploy/install-agent", "--label", "role=db", "--no-start");
        assertThat(label.exitCode()).isEqualTo(1);
        assertThat(label.errors()).contains("underway join-token create --label role=db");
        var settings = machine.read("/etc/underway/agent.properties");
        machine.exec(SOURCES + "/deploy/install-agent", "--no-start");
        assertThat(machine.read("/etc/underway/agent.properties")).isEqualTo(settings);
        var name = machine.tryExec(SOURCES + "/deploy/install-agent", "--name", "other", "--no-start");
        assertThat(name.exitCode()).isZero();
        assertThat(name.errors()).contains("its name and labels count when it joins again");
        machine.exec(SOURCES + "/deploy/install-agent", "--server", url.toString(), "--no-start");
        assertThat(machine.read("/etc/underway/agent.properties")).isEqualTo(settings + "underway.agent.name=other\n");
        machine.exec("sed", "-i", "/^underway.agent.name=/d", "/etc/underway/agent.properties");
    }

    private static Path sources() {
        return Path.of("").toAbsolutePath();
    }

    private static void awaitReady() {
        await().atMost(LONG)
                .ignoreExceptions()
                .until(() -> client().get("/readyz").code() == 200);
    }

    /// Reads the kubeconfig's secrets where the host keeps them.
    private static ApiClient client() throws Exception {
        return ApiClient.of(url, machine.path(STATE.toString()));
    }

    /// Creates one set after the other until it is enough; a server that is away is asked again.
    private static void write(String prefix, Map<String, Long> answered, AtomicBoolean enough) {
        for (int n = 0; !enough.get(); n++) {
            try {
                answered.put(prefix + n, create(prefix + n));
            } catch (IOException e) {
                LockSupport.parkNanos(PAUSE.toNanos());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /// Answers the resourceVersion.
    private static long create(String name) throws IOException, InterruptedException {
        var answer = api.send("POST", UNIT_SETS, """
            apiVersion: underway.dev/v1alpha1
            kind: UnitSet
            metadata: {name: %s}
            spec: {selector: {matchLabels: {nobody: here}}, paused: true}
            """.formatted(name), "Content-Type", "application/yaml");
        if (answer.code() != 201) {
            throw new IOException("answered " + answer.code() + ": " + answer.body());
        }
        return answer.json().at("/metadata/resourceVersion").asLong();
    }
}
