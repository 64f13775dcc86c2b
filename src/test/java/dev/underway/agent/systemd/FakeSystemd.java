package dev.underway.agent.systemd;

import dev.underway.model.unitfile.UnitName;
import dev.underway.plan.Observed.UnitStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A system manager without processes, for tests of what is above it. It reads unit files and drop-ins from one
/// directory, as systemd reads `/etc/systemd/system`, and keeps the promises of [SystemdContract].
///
/// Commands are not run but understood: `true` ends well, `false` ends badly, a program that is not on this
/// machine cannot be executed, and everything else runs until it is stopped (in a oneshot: ends well). An
/// `ExecReload=` that has `KILL` in it kills the process, and an `ExecStop=/bin/sleep N` takes its seconds to drain.
public final class FakeSystemd implements Systemd {
    private final Path directory;
    private final Announcer announcer = new Announcer();
    private final Map<String, FakeUnit> loaded = new HashMap<>();
    /// Aliases of units that are up, as they were when they were last read.
    private final Map<String, String> aliases = new HashMap<>();
    private int processes = 1000;

    public FakeSystemd(Path directory) {
        this.directory = directory;
    }

    /// The main process dies by a signal, as if somebody had killed it.
    public synchronized void crash(String unit) {
        var crashed = load(unit);
        crashed.processEnded("signal");
        if (crashed.file().says("Restart", "always") || crashed.file().says("Restart", "on-failure")) {
            var restarts = crashed.restarts() + 1;
            crashed.running(processes++);
            crashed.restarts(restarts);
        }
        changed(crashed);
    }

    @Override
    public int version() {
        return 252;
    }

    @Override
    public synchronized Map<String, UnitStatus> status(Collection<String> units) {
        var all = new LinkedHashMap<String, UnitStatus>();
        units.forEach(unit -> all.put(unit, load(unit).status(unit)));
        return all;
    }

    @Override
    public synchronized Map<String, Set<String>> instances(Collection<String> templates) {
        var names = new TreeMap<String, Set<String>>();
        for (var unit : loaded.values()) {
            var template = UnitName.template(unit.name());
            if (unit.isActive() && UnitName.isInstance(unit.name()) && templates.contains(template)) {
                names.computeIfAbsent(template, _ -> new TreeSet<>()).add(unit.name());
            }
        }
        return names;
    }

    @Override
    public synchronized JobOutcome start(String name) {
        var unit = load(name);
        var refusal = unit.refusal();
        if (refusal != null) {
            return refused("start", unit, refusal);
        }
        return ended("start", unit, unit.isActive() ? "done" : started(unit));
    }

    @Override
    public synchronized JobOutcome stop(String name) {
        var unit = load(name);
        if (!unit.exists() && !unit.isUp()) {
            return refused("stop", unit, "NoSuchUnit");
        }
        if (unit.isUp()) {
            unit.stopped();
        }
        return ended("stop", unit, "done");
    }

    @Override
    public synchronized JobOutcome restart(String name) {
        var unit = load(name);
        var refusal = unit.refusal();
        if (refusal != null) {
            return refused("restart", unit, refusal);
        }
        unit.stopped();
        return ended("restart", unit, started(unit));
    }

    @Override
    public synchronized JobOutcome tryRestart(String name) {
        var unit = load(name);
        return unit.isActive() ? restart(name) : ended("restart", unit, "done");
    }

    @Override
    public synchronized JobOutcome reload(String name) {
        var unit = load(name);
        var refusal = unit.refusal();
        if (refusal != null) {
            return refused("reload", unit, refusal);
        }
        var command = unit.file().last("ExecReload");
        if (command == null) {
            return refused("reload", unit, "JobTypeNotApplicable");
        }
        if (!unit.isActive()) {
            return ended("reload", unit, "invalid");
        }
        if (command.contains("KILL")) {
            unit.processEnded("signal");
        }
        return ended("reload", unit, FakeUnit.endsWell(command) ? "done" : "failed");
    }

    @Override
    public synchronized void daemonReload() {
        loaded.values().removeIf(unit -> !unit.isUp());
        aliases.clear();
        loaded.values().forEach(unit -> unit.reread(read(unit.name()), installed(unit.name())));
        announcer.changed(EVERYTHING);
    }

    @Override
    public synchronized void drain(String name) {
        var unit = load(name);
        var command = String.valueOf(unit.file().last("ExecStop"));
        if (unit.isActive() && command.startsWith("/bin/sleep ")) {
            unit.ending(Double.parseDouble(command.substring("/bin/sleep ".length())));
            changed(unit);
        } else {
            stop(name);
        }
    }

    @Override
    public synchronized Optional<String> loadedAs(String unit) {
        var name = named(unit);
        var known = loaded.get(name);
        return known != null && known.isUp() ? Optional.of(name) : Optional.empty();
    }

    @Override
    public synchronized void resetFailed(String name) {
        var unit = loaded.get(named(name));
        if (unit != null && unit.hasFailed()) {
            unit.stopped();
            changed(unit);
        }
    }

    @Override
    public void onChange(Consumer<String> listener) {
        announcer.add(listener);
    }

    @Override
    public void close() {
        announcer.close();
    }

    private String started(FakeUnit unit) {
        var type = unit.name().substring(unit.name().lastIndexOf('.') + 1);
        if (!type.equals("service")) {
            unit.waiting(FakeUnit.IDLE_STATES.getOrDefault(type, "active"));
            return "done";
        }
        var command = String.valueOf(unit.file().last("ExecStart"));
        if (!FakeUnit.canBeExecuted(command) || !FakeUnit.endsWell(command)) {
            unit.processEnded("exit-code");
            return "failed";
        }
        if (!unit.file().says("Type", "oneshot")) {
            unit.running(processes++);
        } else if (unit.file().says("RemainAfterExit", "yes")) {
            unit.waiting("exited");
        } else {
            unit.stopped();
        }
        return "done";
    }

    private JobOutcome ended(String verb, FakeUnit unit, String result) {
        changed(unit);
        return JobSentences.outcome(verb, unit.name(), result, load(unit.name()).status(unit.name()));
    }

    /// Under every name that it has.
    private void changed(FakeUnit unit) {
        announcer.changed(unit.name());
        aliases.forEach((alias, name) -> {
            if (name.equals(unit.name())) {
                announcer.changed(alias);
            }
        });
    }

    private static JobOutcome refused(String verb, FakeUnit unit, String word) {
        var refusal = new BusException("org.freedesktop.systemd1." + word, "as the fake says");
        return new JobOutcome(
                unit.name(), word, JobSentences.refused(verb, unit.name(), refusal), unit.status(unit.name()));
    }

    /// A unit that neither runs nor failed is read from its file each time, as systemd forgets it in between.
    private FakeUnit load(String asked) {
        var name = named(asked);
        var unit = loaded.get(name);
        if (unit != null && unit.isUp()) {
            unit.onDisk(read(name));
            return unit;
        }
        var fresh = new FakeUnit(name, read(name), directory.resolve(name), installed(name));
        loaded.put(name, fresh);
        return fresh;
    }

    /// The unit that an alias stands for. As long as that one is up, until a daemon-reload, whatever the disk says now.
    private String named(String unit) {
        var known = loaded.get(aliases.getOrDefault(unit, ""));
        if (known != null && known.isUp()) {
            return known.name();
        }
        var place = directory.resolve(unit);
        try {
            var target =
                    Files.isSymbolicLink(place) ? Files.readSymbolicLink(place).toString() : "";
            if (target.isEmpty() || target.contains("/")) {
                return unit;
            }
            aliases.put(unit, target);
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Null when there is no file.
    private @Nullable String read(String name) {
        try {
            var template = name.replaceFirst("@.+\\.", "@.");
            var file = Files.exists(directory.resolve(name)) ? directory.resolve(name) : directory.resolve(template);
            if (name.contains("@.") || !name.matches("[A-Za-z0-9:_.\\\\@-]+\\.[a-z]+") || !Files.exists(file)) {
                return null;
            }
            if (file.toRealPath().equals(Path.of("/dev/null"))) {
                return FakeUnit.MASKED;
            }
            var text = new StringBuilder(Files.readString(file));
            var dropIns = directory.resolve(name + ".d");
            if (Files.isDirectory(dropIns)) {
                try (var files = Files.list(dropIns)) {
                    for (var each : files.sorted().toList()) {
                        text.append('\n').append(Files.readString(each));
                    }
                }
            }
            return text.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Whether a link in a `.wants` or `.requires` directory enables the unit.
    private boolean installed(String name) {
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (var links = Files.find(
                directory,
                2,
                (path, _) -> path.getFileName().toString().equals(name)
                        && path.getParent().getFileName().toString().matches(".*\\.(wants|requires)"))) {
            return links.findAny().isPresent();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
