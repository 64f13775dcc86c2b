package dev.underway.agent.observe;

import dev.underway.agent.fetch.Artifacts;
import dev.underway.agent.host.HostRoot;
import dev.underway.agent.host.RegularFile;
import dev.underway.agent.systemd.Systemd;
import dev.underway.agent.systemd.SystemdException;
import dev.underway.plan.Desired;
import dev.underway.plan.FoundInstances;
import dev.underway.plan.Inventory;
import dev.underway.plan.Observed;
import dev.underway.plan.Observed.Connections;
import dev.underway.plan.Observed.Processes;
import dev.underway.plan.Observed.UnitStatus;
import dev.underway.plan.Scope;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Reads what is, in one pass over the [Scope]: one question to systemd for all units, one stat for each path.
public final class Observer {
    private static final Logger LOG = Logger.getLogger(Observer.class);
    private static final int MOST_DROP_INS = 100;
    private static final int LARGEST_FRAGMENT = 1 << 20;

    private final HostRoot root;
    private final Systemd systemd;
    private final Artifacts artifacts;
    private final FileStates files;
    private final Listeners listeners;
    private final Orphans orphans;
    private final OldPrograms programs;
    private final Wake wake;
    private @Nullable Looked looked;

    /// Where the last pass looked, and why there.
    private record Looked(Desired desired, Inventory inventory, Scope scope) {}

    /// `wake` is told what is looked at, so that a change of it by somebody else begins another pass. `clock` is that
    /// of the host's files.
    public Observer(
            HostRoot root, Systemd systemd, Artifacts artifacts, Listeners listeners, Wake wake, InstantSource clock) {
        this.root = root;
        this.systemd = systemd;
        this.artifacts = artifacts;
        this.files = new FileStates(root);
        this.listeners = listeners;
        this.orphans = new Orphans(root, systemd);
        this.programs = new OldPrograms(root, clock);
        this.wake = wake;
    }

    /// With what the disk says of instances, where `inventory` has lost it.
    public Observed observe(Desired desired, Inventory inventory) throws SystemdException, IOException {
        var observed = look(desired, inventory);
        if (!FoundInstances.isWorthIt(desired, observed)) {
            return observed;
        }
        var found = FoundInstances.in(desired, observed, new UnitTexts(root).all());
        if (found.equals(inventory)) {
            return observed;
        }
        LOG.infov(
                "found instances that the inventory did not know: {0}",
                found.instances().keySet());
        return look(desired, found);
    }

    /// When to look once more although nothing tells of a change: a program is being replaced.
    public Optional<Duration> again() {
        return programs.again();
    }

    private Observed look(Desired desired, Inventory inventory) throws SystemdException, IOException {
        var scope = scope(desired, inventory);
        var paths = new TreeSet<>(scope.paths());
        for (var directory : scope.dropIns()) {
            paths.addAll(dropIns(directory));
        }
        wake.watch(paths);
        var units = new HashMap<String, UnitStatus>();
        systemd.status(scope.units()).forEach((name, unit) -> units.put(name, withText(unit, scope)));
        return new Observed(
                files.of(paths),
                units,
                inventory,
                storePaths(desired),
                new Processes(
                        programs.look(units.values()),
                        startedAs(inventory, units),
                        listeners.look(units.values()),
                        orphans.look(inventory.instances(), units)),
                scope.templates().isEmpty()
                        ? Connections.NONE
                        : new Connections(systemd.instances(scope.templates()), Set.of()));
    }

    private Scope scope(Desired desired, Inventory inventory) {
        if (looked == null || !looked.inventory.equals(inventory) || !looked.desired.equals(desired)) {
            looked = new Looked(desired, inventory, Scope.of(desired, inventory));
        }
        return looked.scope;
    }

    /// Of the instances that run, each by the environment of its process.
    private Map<String, String> startedAs(Inventory inventory, Map<String, UnitStatus> units) {
        var names = new HashMap<String, String>();
        for (var instances : inventory.instances().values()) {
            for (String instance : instances.known().keySet()) {
                var unit = units.get(instance);
                if (unit != null && unit.mainPid() != 0) {
                    ProcessEnvironment.of(root, unit)
                            .map(each -> each.value(Observed.STARTED_AS))
                            .ifPresent(name -> names.put(instance, name));
                }
            }
        }
        return names;
    }

    private List<String> dropIns(String directory) throws IOException {
        try (var files = Files.newDirectoryStream(root.resolve(directory), "*.conf")) {
            var paths = new ArrayList<String>();
            for (var file : files) {
                if (paths.size() < MOST_DROP_INS) {
                    paths.add(directory + "/" + file.getFileName());
                }
            }
            return paths;
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        }
    }

    /// Unit files of packages and of the host's owner are read here; our own are among the paths.
    private UnitStatus withText(UnitStatus unit, Scope scope) {
        var fragment = unit.fragmentPath();
        if (unit.fragmentText() != null || fragment.isEmpty() || scope.paths().contains(fragment)) {
            return unit;
        }
        try (var in = RegularFile.open(root, fragment)) {
            var bytes = in.readNBytes(LARGEST_FRAGMENT + 1);
            return bytes.length > LARGEST_FRAGMENT ? unit : unit.withFragmentText(text(bytes));
        } catch (IOException e) {
            // deleted since systemd loaded it, or not text: the planner then knows nothing of its directives
            return unit;
        }
    }

    private static String text(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }

    private Map<String, String> storePaths(Desired desired) {
        var there = new HashMap<String, String>();
        for (var set : desired.sets()) {
            for (var artifact : set.content().artifactsOrEmpty()) {
                if (artifacts.has(artifact.sha256())) {
                    there.put(
                            artifact.sha256(),
                            artifacts.content(artifact.sha256()).toString());
                }
            }
        }
        return there;
    }
}
