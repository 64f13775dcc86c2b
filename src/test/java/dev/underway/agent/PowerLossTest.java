package dev.underway.agent;

import static dev.underway.agent.PassHost.content;
import static dev.underway.agent.PassHost.file;
import static dev.underway.agent.PassHost.service;

import dev.underway.model.Digests;
import dev.underway.model.Policy;
import dev.underway.model.Policy.UnitPolicy;
import dev.underway.model.Revision.Content;
import dev.underway.model.Revision.UnitText;
import dev.underway.model.UnitSetSpec.Artifact;
import dev.underway.model.UnitSetSpec.ManagedFile;
import dev.underway.model.UnitSetSpec.Readiness;
import dev.underway.model.UnitSetSpec.UpdateMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/// The host loses power at any time, and of what was not synced anything may be gone: the next boot ends as if nothing
/// had happened.
///
/// What a boot of a real systemd brings up is the matter of [SwapKillTest].
class PowerLossTest {
    /// In memory: what a sync costs is no matter here.
    @TempDir(factory = InMemory.class)
    Path directory;

    static final class InMemory implements TempDirFactory {
        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
            return Files.createTempDirectory(Path.of("/dev/shm"), "underway");
        }
    }

    @BeforeEach
    void makeArtifacts() throws Exception {
        for (var version : List.of("1", "2")) {
            Files.writeString(directory.resolve("app" + version), "program " + version);
        }
    }

    @Test
    void anInstallation() throws Exception {
        new PowerCuts(directory).survivesFromTheBeginning(host -> host.desire("web", plain("1")));
    }

    @Test
    void aRestartWithFiles() throws Exception {
        new PowerCuts(directory)
                .survives(host -> host.desire("web", plain("1")), host -> host.desire("web", plain("2")));
    }

    @Test
    void aSwap() throws Exception {
        new PowerCuts(directory).survives(host -> swappable(host, "1"), host -> swappable(host, "2"));
    }

    @Test
    void anAdoptingSwap() throws Exception {
        new PowerCuts(directory)
                .survives(
                        host -> {
                            host.desire("web", swapped("1"), policy(false));
                            host.pass();
                            swappable(host, "1");
                        },
                        host -> swappable(host, "2"));
    }

    @Test
    void aPrune() throws Exception {
        new PowerCuts(directory)
                .survives(
                        host -> host.desire("web", plain("1")),
                        host -> host.desire("web", content(List.of(), service("other.service", "/bin/sleep 1"))));
    }

    @Test
    void aRemoval() throws Exception {
        new PowerCuts(directory).survives(host -> swappable(host, "1"), host -> host.remove("web", false));
    }

    private Content plain(String version) throws Exception {
        var units = List.of(
                new UnitText(
                        "web.service",
                        """
                        [Service]
                        ExecStart=/bin/sleep %s
                        [Install]
                        WantedBy=multi-user.target
                        """.formatted(version),
                        Map.of("limits.conf", "[Service]\nLimitNOFILE=100" + version + "\n")),
                service("other.service", "/bin/sleep 1"));
        return new Content(
                List.of(artifact(version)),
                List.of(file("/etc/web/deep/app.conf", version), file("/etc/web/v" + version, "only in " + version)),
                units);
    }

    private Artifact artifact(String version) throws Exception {
        var place = directory.resolve("app" + version);
        return new Artifact("app", place.toUri().toString(), Digests.sha256(Files.readAllBytes(place)), "/opt/web/app");
    }

    private static void swappable(PassHost host, String version) throws Exception {
        host.desire("web", swapped(version), policy(true));
    }

    private static Content swapped(String version) {
        return content(
                List.of(new ManagedFile("/etc/web.env", null, null, null, "INPUT=" + version, null, null)),
                new UnitText("web.socket", """
                        [Socket]
                        ListenStream=8080
                        [Install]
                        WantedBy=sockets.target
                        """, null),
                new UnitText("web.service", """
                        [Service]
                        Type=notify
                        EnvironmentFile=/etc/web.env
                        ExecStart=/bin/sleep %s
                        [Install]
                        WantedBy=multi-user.target
                        """.formatted(version), null));
    }

    private static Policy policy(boolean swaps) {
        var trial = new Readiness(null, null, null, Duration.ofMillis(1), Duration.ofSeconds(5));
        var update = swaps ? null : UpdateMode.Restart;
        return new Policy(
                List.of(new UnitPolicy("web.service", update, null, null, List.of("/etc/web.env"), trial, null)),
                null,
                null,
                null,
                null);
    }
}
