package dev.underway.agent;

import static dev.underway.agent.PassHost.content;
import static dev.underway.agent.PassHost.file;
import static dev.underway.agent.PassHost.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.systemd.FakeSystemd;
import dev.underway.model.Codec;
import dev.underway.model.Digests;
import dev.underway.model.Policy;
import dev.underway.model.Policy.UnitPolicy;
import dev.underway.model.Revision.Content;
import dev.underway.model.Revision.UnitText;
import dev.underway.model.UnitSetSpec.Artifact;
import dev.underway.model.UnitSetSpec.ManagedFile;
import dev.underway.model.UnitSetSpec.Readiness;
import dev.underway.model.UnitSetSpec.UpdateMode;
import dev.underway.testing.disk.SyncedDisk;
import dev.underway.testing.disk.SyncedDisk.Loss;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/// The host loses power at any time, and of what was not synced anything may be gone: the next boot ends as if nothing
/// had happened.
///
/// What the agent does to the disk is recorded once. Every beginning of that record is then a disk: with everything,
/// with the bytes lost that were not synced, with the names lost too, or with the names of one directory only. Each is
/// booted, and converges.
///
/// What a boot of a real systemd brings up is the matter of [SwapKillTest].
class PowerLossTest {
    /// Files that say as much by not being there: no plan is remembered, nothing has to prove itself.
    private static final Set<String> MAY_BE_MISSING =
            Set.of("/var/lib/underway/plans.json", "/var/lib/underway/unproven.json");

    /// In memory: what a sync costs is no matter here.
    @TempDir(factory = InMemory.class)
    Path directory;

    static final class InMemory implements TempDirFactory {
        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
            return Files.createTempDirectory(Path.of("/dev/shm"), "underway");
        }
    }

    /// What happens to a host, and what is told to it.
    private interface Deeds {
        void on(PassHost host) throws Exception;
    }

    @BeforeEach
    void makeArtifacts() throws Exception {
        for (var version : List.of("1", "2")) {
            Files.writeString(directory.resolve("app" + version), "program " + version);
        }
    }

    @Test
    void anInstallation() throws Exception {
        var disk = SyncedDisk.of(newDisk());
        survives(new PassHost(place()), disk, host -> host.desire("web", plain("1")));
    }

    @Test
    void aRestartWithFiles() throws Exception {
        survives(host -> host.desire("web", plain("1")), host -> host.desire("web", plain("2")));
    }

    @Test
    void aSwap() throws Exception {
        survives(host -> swappable(host, "1"), host -> swappable(host, "2"));
    }

    @Test
    void anAdoptingSwap() throws Exception {
        survives(
                host -> {
                    host.desire("web", swapped("1"), policy(false));
                    host.pass();
                    swappable(host, "1");
                },
                host -> swappable(host, "2"));
    }

    @Test
    void aPrune() throws Exception {
        survives(
                host -> host.desire("web", plain("1")),
                host -> host.desire("web", content(List.of(), service("other.service", "/bin/sleep 1"))));
    }

    @Test
    void aRemoval() throws Exception {
        survives(host -> swappable(host, "1"), host -> host.remove("web", false));
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

    private void survives(Deeds before, Deeds change) throws Exception {
        var host = new PassHost(newDisk());
        try (host) {
            havingSockets(host);
            before.on(host);
            settle(host);
            host.effects.fromNow();
            survives(host, SyncedDisk.of(place()), change);
        }
    }

    /// @param disk before everything that the agent of `host` has done to it
    private void survives(PassHost host, SyncedDisk disk, Deeds change) throws Exception {
        change.on(host);
        settle(host);
        var operations = List.copyOf(host.effects.operations);
        var end = end(host);
        host.close();

        var seen = new HashSet<Map<String, String>>();
        var wrong = new ArrayList<String>();
        for (var operation : operations) {
            for (var loss : losses(disk)) {
                if (seen.add(disk.after(loss))) {
                    var name = "before operation %d, %s, %s".formatted(seen.size(), operation.name(), loss);
                    differences(end, endAfterABoot(host, disk, loss, change, name))
                            .forEach(difference -> wrong.add(name + ": " + difference));
                }
            }
            disk.apply(operation);
        }
        assertThat(seen).hasSizeGreaterThan(20);
        assertThat(wrong).isEmpty();
    }

    private static List<Loss> losses(SyncedDisk disk) {
        var all = disk.unsynced();
        var losses = new ArrayList<Loss>();
        losses.add(new Loss(false, all));
        losses.add(new Loss(true, all));
        losses.add(new Loss(true, Set.of()));
        all.forEach(one -> losses.add(new Loss(true, Set.of(one))));
        return losses;
    }

    private Map<String, String> endAfterABoot(PassHost before, SyncedDisk disk, Loss loss, Deeds change, String name)
            throws Exception {
        empty(place());
        disk.restore(loss, place());
        try (var host = before.on(place(), new FakeSystemd(place().resolve("etc/systemd/system")))) {
            havingSockets(host);
            boot(host);
            host.pass(); // by what is on the disk, before the server is heard of
            change.on(host);
            settle(host);
            return end(host);
        } catch (Exception e) {
            throw new AssertionError(name, e);
        }
    }

    /// The same for all disks: the agent writes absolute paths.
    private Path place() {
        return directory.resolve("host");
    }

    private Path newDisk() throws Exception {
        Files.createDirectories(place().resolve("etc/systemd/system"));
        Files.createDirectories(place().resolve("etc/underway"));
        Files.createDirectories(place().resolve("var/lib"));
        Files.createDirectories(place().resolve("opt"));
        Files.writeString(place().resolve("etc/underway/agent.yaml"), "fileUrls: " + directory + "\n");
        return place();
    }

    private static void empty(Path directory) throws Exception {
        try (var paths = Files.walk(directory)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                if (!path.equals(directory)) {
                    Files.delete(path);
                }
            }
        }
    }

    /// Processes have open what systemd gives them.
    private static void havingSockets(PassHost host) {
        host.door.meanwhile = call -> {
            if (call.contains("start ")) {
                hasSockets(host.root, host.pid(call.substring(call.indexOf(' ') + 1)));
            }
        };
    }

    private static void hasSockets(Path root, long process) {
        try {
            for (long pid : List.of(1L, process)) {
                var descriptors = root.resolve("proc/" + pid + "/fd");
                Files.createDirectories(descriptors);
                if (!Files.isSymbolicLink(descriptors.resolve("3"))) {
                    Files.createSymbolicLink(descriptors.resolve("3"), Path.of("socket:[1]"));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What a boot starts.
    private static void boot(PassHost host) throws Exception {
        for (var target : List.of("sockets.target.wants", "multi-user.target.wants")) {
            var wants = host.root.resolve("etc/systemd/system/" + target);
            if (Files.isDirectory(wants)) {
                try (var links = Files.list(wants)) {
                    for (var link : links.sorted().toList()) {
                        host.door.start(link.getFileName().toString());
                    }
                }
            }
        }
    }

    private static void settle(PassHost host) throws Exception {
        for (int i = 0; i < 6; i++) {
            int before = host.effects.all.size();
            host.pass();
            if (host.effects.all.size() == before) {
                return;
            }
        }
        throw new AssertionError("does not settle; at last: "
                + host.effects.all.subList(Math.max(0, host.effects.all.size() - 40), host.effects.all.size())
                + host.condition("web", "Synced")
                + host.conditionOf("web", "Synced").message());
    }

    private static List<String> differences(Map<String, String> expected, Map<String, String> is) {
        var names = new TreeSet<>(expected.keySet());
        names.addAll(is.keySet());
        return names.stream()
                .filter(name -> !Objects.equals(expected.get(name), is.get(name)))
                .map(name -> name + " is " + is.get(name) + " and not " + expected.get(name))
                .toList();
    }

    /// Every file and what is in it, what is owned, and which units run.
    private static Map<String, String> end(PassHost host) throws Exception {
        var end = new TreeMap<String, String>();
        try (var paths = Files.walk(host.root)) {
            for (var path : paths.toList()) {
                var name = "/" + host.root.relativize(path);
                if (Files.isSymbolicLink(path)) {
                    end.put(name, "-> " + Files.readSymbolicLink(path));
                } else if (Files.isRegularFile(path) && !name.endsWith(".json")) {
                    end.put(name, Files.getPosixFilePermissions(path) + " " + Files.readString(path));
                } else {
                    end.put(name, "");
                }
            }
        }
        end.keySet().removeIf(name -> name.startsWith("/proc") || MAY_BE_MISSING.contains(name));
        for (var unit : List.of("web.service", "other.service", "web.socket")) {
            end.put(unit, host.unit(unit).activeState());
        }
        var inventory = Codec.JSON.readTree(
                host.root.resolve("var/lib/underway/inventory.json").toFile());
        end.put("owned", String.valueOf(inventory.get("owned")));
        end.put("directories", String.valueOf(inventory.get("directories")));
        return end;
    }
}
