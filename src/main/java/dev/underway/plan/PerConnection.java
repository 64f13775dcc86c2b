package dev.underway.plan;

import dev.underway.model.Durations;
import dev.underway.model.Revision;
import dev.underway.model.UnitSetSpec.UnitState;
import dev.underway.model.unitfile.UnitFileException;
import dev.underway.plan.Desired.DesiredSet;
import dev.underway.plan.Inventory.RunsWith;
import dev.underway.plan.Observed.UnitStatus;
import dev.underway.plan.Step.Adjust;
import dev.underway.plan.Step.Drain;
import dev.underway.plan.Step.OfUnit;
import dev.underway.plan.Step.Renew;
import dev.underway.plan.Step.Turn;
import dev.underway.plan.Step.Wait;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Services of which every connection gets a process of its own: `x@.service` behind an `x.socket` with `Accept=yes`,
/// systemd.socket(5).
///
/// Their template is never a unit, so nothing can be done to it. A change of it is there for whoever connects once
/// systemd has read it, and a process that serves a connection goes on with what it was started with (measured). What
/// is done about a change is to say so, and to have the socket's probe ask: a template that does not work fails every
/// client, while the socket stays as it is.
final class PerConnection {
    private PerConnection() {}

    /// The template of the processes of a socket of this name.
    static String template(String socket) {
        return prefix(socket) + "@.service";
    }

    /// The template of a socket's processes; empty for what is no such socket. `Service=` is not allowed there, so it
    /// follows from the name.
    static Optional<String> template(UnitShape socket) {
        return socket.type().equals("socket") && UnitShape.isTrue(socket.file().last("Socket", "Accept", "no"))
                ? Optional.of(template(socket.name()))
                : Optional.empty();
    }

    /// Of an instance the part before the `@`: `unit_name_to_prefix()` of systemd.
    private static String prefix(String unit) {
        int at = unit.indexOf('@');
        return unit.substring(0, at < 0 ? unit.lastIndexOf('.') : at);
    }

    /// By socket, what the set says of its template. One of the host counts as far as the set has drop-ins for it.
    static Map<String, UnitShape> templates(Revision.Content content, Collection<UnitShape> units)
            throws UnitFileException {
        var templates = new TreeMap<String, UnitShape>();
        for (var unit : units) {
            var template = template(unit).orElse("");
            var texts = template.isEmpty() ? Map.<String, String>of() : texts(content, template);
            if (!texts.isEmpty()) {
                templates.put(
                        unit.name(), new UnitShape(template, EffectiveText.of(texts), UnitShape.HostWord.NOTHING));
            }
        }
        return templates;
    }

    /// The template as what can be compared with what was before.
    static ManagedUnit managed(DesiredSet set, UnitShape template, Map<String, UnitInputs.Input> inputs) {
        var texts = new TreeMap<>(texts(set.content(), template.name()));
        return new ManagedUnit(
                set,
                template.name(),
                texts.keySet().stream().anyMatch(path -> UnitPaths.makes(path, template.name())),
                texts,
                template,
                set.policy().unit(template.name()),
                UnitState.IfRunning,
                inputs,
                Set.of(),
                Set.of(),
                null,
                Set.of());
    }

    private static Map<String, String> texts(Revision.Content content, String template) {
        return DesiredPaths.texts(
                content,
                content.unitsOrEmpty().stream()
                        .filter(unit -> unit.name().equals(template))
                        .findFirst()
                        .orElse(new Revision.UnitText(template, null, null)));
    }

    /// What is done about a template, when `socket` is what is done about its socket. One that is started is tried for
    /// that already.
    static UnitDecision decide(ManagedUnit template, UnitDecision socket, Setting setting) {
        var before = knowledge(template, setting);
        if (before == null) {
            return UnitDecision.nothing(template.name(), null, setting.fresh(template));
        }
        var drain = template.set().policy().unit(socket.unit()).drain();
        boolean stays = setting.observed().unit(socket.unit()).active() && staysOpen(socket);
        var differences = Differences.between(before, template, setting);
        var steps = new ArrayList<OfUnit>();
        if (stays && !differences.none()) {
            var reasons = new ArrayList<>(differences.renew());
            reasons.addAll(differences.reload());
            String because = Reasons.shortened(reasons) + ": new connections get it, and those that run "
                    + (drain == null ? "finish on the version" : "have " + Durations.format(drain) + " on the version")
                    + " that they have";
            steps.add(new Renew(socket.unit(), template.name(), because));
        }
        if (drain != null) {
            steps.addAll(drains(template, socket.unit(), drain, before, setting.observed()));
        }
        return new UnitDecision(
                template.name(),
                List.of(),
                List.of(),
                List.copyOf(steps),
                before,
                differences.none() ? differences.all() : setting.fresh(template),
                null);
    }

    private static boolean staysOpen(UnitDecision socket) {
        return socket.unbinds().isEmpty()
                && socket.stops().isEmpty()
                && socket.steps().stream().allMatch(step -> step instanceof Wait || step instanceof Adjust);
    }

    /// Connections that are of an earlier version and have had their time.
    private static List<Drain> drains(
            ManagedUnit template, String socket, Duration drain, RunsWith now, Observed observed) {
        var connections = observed.connections();
        var running = connections.running().getOrDefault(template.name(), Set.of());
        var version = ConnectionRecords.version(now);
        return observed.inventory().connections().getOrDefault(template.name(), Map.of()).entrySet().stream()
                .filter(known -> !known.getValue().equals(version))
                .map(Map.Entry::getKey)
                .filter(name -> running.contains(name) && connections.overdue().contains(name))
                .sorted()
                .map(name -> new Drain(
                        socket,
                        name,
                        Turn.LAST,
                        name + " serves a connection on an earlier version, and has had " + Durations.format(drain)))
                .toList();
    }

    /// What connections got so far; null when there were none. Where nobody has taken note of it, it is what is on the
    /// disk before anything is written.
    static @Nullable RunsWith knowledge(ManagedUnit template, Setting setting) {
        var recorded = setting.recorded().get(template.name());
        if (recorded != null) {
            return ProcessKnowledge.of(template, UnitStatus.notFound(template.name()), setting);
        }
        var texts = setting.disk().texts(template.name());
        if (texts.keySet().stream().noneMatch(path -> template.texts().containsKey(path))) {
            return null;
        }
        var inputs = new TreeMap<String, String>();
        template.inputs()
                .keySet()
                .forEach(path -> inputs.put(path, setting.disk().digest(path)));
        return new RunsWith("", texts, inputs, setting.fresh(template).restartedAt());
    }

    /// Whether what connections got so far is what is on the disk, so that they still get it.
    static boolean isOnDisk(RunsWith runs, ManagedUnit template, Disk disk) {
        return disk.texts(template.name()).equals(runs.texts())
                && runs.inputs().entrySet().stream()
                        .allMatch(input -> disk.digest(input.getKey()).equals(input.getValue()));
    }
}
