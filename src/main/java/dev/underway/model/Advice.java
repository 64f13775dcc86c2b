package dev.underway.model;

import dev.underway.model.UnitSetSpec.Artifact;
import dev.underway.model.UnitSetSpec.ManagedFile;
import dev.underway.model.UnitSetSpec.Unit;
import dev.underway.model.UnitSetSpec.UpdateMode;
import dev.underway.model.unitfile.TimeSpan;
import dev.underway.model.unitfile.UnitName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What is allowed in a set but probably not meant. Every sentence begins with what it speaks of and says what to
/// write.
final class Advice {
    private static final Set<String> READY = Set.of("notify", "notify-reload", "dbus");

    /// DefaultTimeoutStopSec= of systemd-system.conf(5).
    private static final String DEFAULT_STOP_TIMEOUT = "90s";

    private final UnitSetSpec spec;
    private final List<SetUnit> units;
    private final List<String> sentences = new ArrayList<>();

    private Advice(UnitSetSpec spec) {
        this.spec = spec;
        this.units = SetUnit.read(Templates.imagined(spec.unitsOrEmpty()), new Findings());
    }

    static List<String> of(UnitSetSpec spec) {
        var advice = new Advice(spec);
        advice.artifacts();
        advice.units.forEach(advice::unit);
        return List.copyOf(advice.sentences);
    }

    private void artifacts() {
        spec.artifactsOrEmpty().stream()
                .filter(artifact -> artifact.url().startsWith("http://"))
                .forEach(artifact -> say(
                        "artifact " + artifact.name(),
                        "is fetched over http: everybody on the way can read it; use https"));
    }

    private void say(String about, String sentence) {
        sentences.add(about + ": " + sentence);
    }

    private void unit(SetUnit unit) {
        if (isIdle(unit.unit())) {
            say(unit.name(), "has no content, drop-in, state, reloadOn or restartOn: it is only watched");
        }
        inputs(unit);
        if (unit.type().equals("service") && unit.isWhole() && !servesOneConnection(unit)) {
            service(unit);
        }
    }

    /// Started by an accepting socket of the set, for one connection: neither restarted nor waited for.
    private boolean servesOneConnection(SetUnit unit) {
        return units.stream()
                .anyMatch(other -> other.type().equals("socket")
                        && other.isTrue("Accept")
                        && other.triggers().equals(unit.name()));
    }

    private static boolean isIdle(Unit unit) {
        return unit.content() == null
                && (unit.dropIns() == null || unit.dropIns().isEmpty())
                && unit.state() == null
                && Stream.of(Optional.ofNullable(unit.reloadOn()), Optional.ofNullable(unit.restartOn()))
                        .allMatch(globs -> globs.orElse(List.of()).isEmpty())
                && !UnitName.isInstance(unit.name());
    }

    /// A path without a `*` that nothing of the set lies at or below can never change.
    private void inputs(SetUnit unit) {
        var own = Stream.concat(
                        spec.artifactsOrEmpty().stream().map(Artifact::path),
                        spec.filesOrEmpty().stream().map(ManagedFile::path))
                .collect(Collectors.toSet());
        Stream.of(unit.unit().reloadOn(), unit.unit().restartOn())
                .filter(Objects::nonNull)
                .flatMap(List::stream)
                .filter(path -> !path.contains("*") && !own.contains(path))
                .forEach(path -> say(
                        unit.name(),
                        path
                                + " is no file or artifact of this set, so it never changes from here; add it"
                                + " to spec.files"));
    }

    private void service(SetUnit unit) {
        var type = UnitTextRules.serviceType(unit);
        var readiness = unit.unit().readiness();
        boolean probed =
                readiness != null && (readiness.http() != null || readiness.tcp() != null || readiness.exec() != null);
        boolean ready = READY.contains(type) || probed;
        boolean restarts = !unit.setting("Restart", "no").equals("no");
        if (!restarts && !type.equals("oneshot")) {
            say(unit.name(), "has no Restart= and stays down after a crash; add Restart=on-failure");
        }
        if (type.equals("simple") && !ready && !UnitRules.behindSockets(units).contains(unit.name())) {
            say(
                    unit.name(),
                    "Type=simple counts as started before its program runs; use Type=notify, or Type=exec, which at"
                            + " least notices a missing program");
        }
        if (type.equals("forking")) {
            say(unit.name(), "Type=forking can never be swapped; run the program in the foreground with Type=exec");
        }
        reload(unit, type);
        drain(unit);
    }

    /// systemd waits no longer for the drain than for any other command of the stop (`TimeoutStopSec=`,
    /// systemd.service(5)), where 0 and `infinity` are no end.
    private void drain(SetUnit unit) {
        var proxy = unit.unit().proxy();
        if (proxy == null) {
            return;
        }
        var stop = span(unit.setting("TimeoutStopSec", unit.setting("TimeoutSec", DEFAULT_STOP_TIMEOUT)));
        var drain = proxy.drainOrDefault();
        if (stop.isPositive() && drain.compareTo(stop) > 0) {
            say(
                    unit.name(),
                    "its drain of " + drain.toSeconds() + "s is cut short after " + stop.toSeconds()
                            + "s by TimeoutStopSec=; write a longer one into [Service], or a shorter drain");
        }
    }

    /// Zero for what is none.
    private static Duration span(String text) {
        try {
            return TimeSpan.parse(text);
        } catch (IllegalArgumentException e) {
            return Duration.ZERO;
        }
    }

    private void reload(SetUnit unit, String type) {
        boolean reloads =
                type.equals("notify-reload") || !unit.settings("ExecReload").isEmpty();
        boolean wanted = unit.unit().update() == UpdateMode.Reload
                || (unit.unit().reloadOn() != null && !unit.unit().reloadOn().isEmpty());
        if (wanted && !reloads) {
            say(
                    unit.name(),
                    "is asked to reload but cannot; add ExecReload=, such as /bin/kill -HUP $MAINPID, or use"
                            + " restartOn");
        }
    }
}
