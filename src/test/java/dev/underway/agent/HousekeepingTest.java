package dev.underway.agent;

import static dev.underway.agent.PassHost.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Digests;
import dev.underway.model.Policy;
import dev.underway.model.Policy.UnitPolicy;
import dev.underway.model.Revision.Content;
import dev.underway.model.UnitSetSpec.Artifact;
import dev.underway.model.UnitSetSpec.UpdateMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What stays in the store of artifacts and among the revisions, pass after pass.
class HousekeepingTest {
    @TempDir
    Path directory;

    @AutoClose
    private PassHost host;

    @BeforeEach
    void open() throws Exception {
        host = new PassHost(directory.resolve("host"));
        host.put("/etc/underway/agent.yaml", "fileUrls: " + directory + "\n");
    }

    @Test
    void keepsWhatIsDesiredAndWhatAnUndoGoesBackTo() throws Exception {
        deploy("v1");
        deploy("v2");

        assertThat(store()).isEqualTo(Set.of("v1", "v2"));
        assertThat(revisions()).isEqualTo(2);

        deploy("v3");

        assertThat(store()).isEqualTo(Set.of("v2", "v3"));
        assertThat(revisions()).isEqualTo(2);
    }

    @Test
    void anUndoNeedsNoDownloadAndIsUndoneWithoutOne() throws Exception {
        deploy("v1");
        deploy("v2");
        Files.delete(directory.resolve("v1"));
        Files.delete(directory.resolve("v2"));

        desire("v1");
        host.pass();
        assertThat(host.condition("web", "Synced")).isEqualTo("True AsDesired");

        desire("v2");
        host.pass();
        assertThat(host.condition("web", "Synced")).isEqualTo("True AsDesired");
    }

    @Test
    void remembersTheRevisionBeforeAcrossAStartOfTheAgent() throws Exception {
        deploy("v1");
        deploy("v2");

        host.restartAgent();
        host.pass();

        assertThat(store()).isEqualTo(Set.of("v1", "v2"));
    }

    @Test
    void keepsWhatAProcessStillRunsFromUntilItIsRestarted() throws Exception {
        deploy("v1");
        deploy("v2");
        deploy("v3");
        deploy("v4");
        assertThat(store()).as("nothing waits for a restart").isEqualTo(Set.of("v3", "v4"));

        deferred("v5");
        deferred("v6");
        deferred("v7");

        assertThat(store()).as("the process runs from v4").isEqualTo(Set.of("v4", "v6", "v7"));

        host.systemd.restart("web.service");
        host.pass();

        assertThat(store()).isEqualTo(Set.of("v6", "v7"));
    }

    @Test
    void removesNothingWhileARevisionFails() throws Exception {
        deploy("v1");

        for (var bad : List.of("v2", "v3")) {
            host.desire("web", content(bad, "/bin/false"));
            host.pass();
        }

        assertThat(host.condition("web", "Healthy")).startsWith("False");
        assertThat(store()).isEqualTo(Set.of("v1", "v2", "v3"));

        deploy("v4");

        assertThat(store()).isEqualTo(Set.of("v1", "v4"));
    }

    @Test
    void forgetsASetThatIsBuried() throws Exception {
        deploy("v1");
        deploy("v2");

        host.remove("web", false);
        host.pass();

        assertThat(store()).isEmpty();
        assertThat(revisions()).isZero();
    }

    private void deploy(String version) throws Exception {
        desire(version);
        host.pass();
        assertThat(host.condition("web", "Healthy")).isEqualTo("True UnitsHealthy");
    }

    private void desire(String version) throws Exception {
        host.desire("web", content(version, "/bin/sleep /opt/web"));
    }

    /// The process is left as it is.
    private void deferred(String version) throws Exception {
        var defer = new UnitPolicy("web.service", UpdateMode.Defer, null, null, null, null, null);
        host.desire("web", content(version, "/bin/sleep /opt/web"), new Policy(List.of(defer), null, null, null, null));
        host.pass();
        assertThat(host.condition("web", "Synced")).isEqualTo("False Waiting");
    }

    private Content content(String version, String command) throws Exception {
        var file = directory.resolve(version);
        if (!Files.exists(file) && !store().contains(version)) {
            Files.writeString(file, version);
        }
        var artifact = new Artifact("app", file.toUri().toString(), sha256(version), "/opt/web");
        return new Content(List.of(artifact), List.of(), List.of(service("web.service", command)));
    }

    /// The versions whose artifact is in the store.
    private Set<String> store() throws Exception {
        try (var entries = Files.list(host.root.resolve("var/lib/underway/store"))) {
            var there = entries.map(entry -> entry.getFileName().toString()).toList();
            var versions = Stream.of("v1", "v2", "v3", "v4", "v5", "v6", "v7")
                    .filter(version -> there.contains(sha256(version)))
                    .collect(Collectors.toCollection(TreeSet::new));
            assertThat(versions).hasSameSizeAs(there);
            return versions;
        }
    }

    private long revisions() throws Exception {
        try (var entries = Files.list(host.root.resolve("var/lib/underway/revisions"))) {
            return entries.count();
        }
    }

    private static String sha256(String text) {
        return Digests.sha256(text.getBytes(StandardCharsets.UTF_8));
    }
}
