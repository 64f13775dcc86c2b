package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.systemd.FakeSystemd;
import dev.underway.model.Codec;
import dev.underway.testing.disk.SyncedDisk;
import dev.underway.testing.disk.SyncedDisk.Loss;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// A host of which every loss of power during a change is tried.
///
/// What the agent does to the disk is recorded once. Every beginning of that record is then a disk: with everything,
/// with the bytes lost that were not synced, with the names lost too, or with the names of one directory only. Each is
/// booted, and has to end as the one that was never cut.
final class PowerCuts {
    /// Files that say as much by not being there: no plan is remembered, nothing has to prove itself.
    private static final Set<String> MAY_BE_MISSING =
            Set.of("/var/lib/underway/plans.json", "/var/lib/underway/unproven.json");

    private final Path directory;

    /// What happens to a host, or is told to it.
    interface Deeds {
        void on(PassHost host) throws Exception;
    }

    PowerCuts(Path directory) {
        this.directory = directory;
    }

    void survivesFromTheBeginning(Deeds change) throws Exception {
        var disk = SyncedDisk.of(newDisk());
        survives(new PassHost(place()), disk, change);
    }

    void survives(Deeds before, Deeds change) throws Exception {
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
        for (int i = 0; i <= operations.size(); i++) {
            var next = i < operations.size() ? "before " + operations.get(i).name() : "after all";
            for (var loss : losses(disk)) {
                if (seen.add(disk.after(loss))) {
                    var name = "cut %d, %s, %s".formatted(i, next, loss);
                    differences(end, endAfterABoot(host, disk, loss, change, name))
                            .forEach(difference -> wrong.add(name + ": " + difference));
                }
            }
            if (i < operations.size()) {
                disk.apply(operations.get(i));
            }
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
