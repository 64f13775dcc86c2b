package dev.underway.plan;

import dev.underway.model.Glob;
import dev.underway.model.Policy.UnitPolicy;
import dev.underway.model.Proxy;
import dev.underway.model.Revision.UnitText;
import dev.underway.model.UnitSetSpec.DriftPolicy;
import dev.underway.model.UnitSetSpec.UnitState;
import dev.underway.model.UnitSetSpec.UpdateMode;
import dev.underway.plan.Desired.DesiredSet;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A unit that a set lists and that may be acted on. Templates are not: nothing of theirs runs. (One whose processes
/// get a connection each is compared like a unit, and stands beside them: [PerConnection].)
///
/// @param ours whether the set brings the unit file (or that of its template); otherwise it is a unit of the host
/// @param texts the set's texts of the unit by path
/// @param shape of the effective text, that of the host's unit file included
/// @param state what it shall be, defaults applied
/// @param inputs what its process has read, by path
/// @param sockets the set's sockets (`Accept=no`) whose descriptors it takes over
/// @param files what of that is no socket but a file: directives such as `ListenFIFO`
/// @param layout of its instances; null for a unit that has none
/// @param bound inputs of which the instance that serves has its own copy: it cannot take another one
record ManagedUnit(
        DesiredSet set,
        String name,
        boolean ours,
        SortedMap<String, String> texts,
        UnitShape shape,
        UnitPolicy policy,
        UnitState state,
        Map<String, UnitInputs.Input> inputs,
        Set<String> sockets,
        Set<String> files,
        @Nullable InstanceLayout layout,
        Set<String> bound) {

    /// What stands in front of it; null for all that serve clients themselves.
    @Nullable
    Proxy proxy() {
        return set.content().unitsOrEmpty().stream()
                .filter(text -> text.name().equals(name))
                .findFirst()
                .map(UnitText::proxy)
                .filter(proxy -> !proxy.ports().isEmpty())
                .orElse(null);
    }

    /// What makes the process take a change of an input.
    Effect effect(String path, UnitInputs.Input input) {
        return bound.contains(path) ? Effect.NEW_PROCESS : input.effect();
    }

    /// Whether a process of it that is started reads one of `paths` where everybody reads it, and has no copy.
    boolean readsAnyOf(Collection<String> paths) {
        boolean copies = layout != null && !layout.placed().isEmpty();
        return paths.stream().anyMatch(path -> {
            var input = inputs.get(path);
            return input != null && !(copies && input.effect() == Effect.NEW_PROCESS);
        });
    }

    /// Whether its start waits for that of `other`, or causes it.
    boolean startsAfter(ManagedUnit other) {
        return Stream.of("After", "Requires", "BindsTo", "Requisite", "Wants")
                        .anyMatch(key -> shape.words("Unit", key).contains(other.name))
                || other.shape.words("Unit", "Before").contains(name);
    }

    ManagedUnit binding(Set<String> bound) {
        return new ManagedUnit(set, name, ours, texts, shape, policy, state, inputs, sockets, files, layout, bound);
    }

    /// The same with what others have to say about it.
    ManagedUnit with(SortedMap<String, String> texts, UnitShape shape) {
        return new ManagedUnit(set, name, ours, texts, shape, policy, state, inputs, sockets, files, layout, bound);
    }

    ManagedUnit with(InstanceLayout layout) {
        return new ManagedUnit(set, name, ours, texts, shape, policy, state, inputs, sockets, files, layout, bound);
    }

    /// Why it shall get a new process although it is as it shall be; empty when there is no reason.
    Optional<String> stale(Observed observed) {
        var old = ours && !onlyReportsDrift() ? StaleProcess.of(name, observed) : Optional.<String>empty();
        return old.or(() -> outsideOfPorts(observed));
    }

    /// It serves on a port that its proxy no longer names.
    private Optional<String> outsideOfPorts(Observed observed) {
        var proxy = proxy();
        int port = Proxy.port(observed.inventory()
                .instances()
                .getOrDefault(name, Inventory.Instances.NONE)
                .current(name, observed.paths()));
        return proxy == null || port == 0 || proxy.ports().contains(port)
                ? Optional.empty()
                : Optional.of("its proxy has no port " + port + " any more");
    }

    /// What stands against a reload that the author may have counted on, to be added to a reason; or nothing. Of a text
    /// that changed nobody expects one.
    String whyNoReload(Differences differences) {
        boolean sameTexts =
                differences.before().texts().equals(differences.all().texts());
        if (!sameTexts || differences.none()) {
            return "";
        }
        if (shape.host().ignoresType() && !shape.canReload()) {
            return "; the systemd of this host does not know Type=notify-reload, and cannot reload it";
        }
        boolean credentials = inputs.keySet().stream()
                .filter(path -> UnitInputs.isCredential(shape, policy, path))
                .anyMatch(path -> !Objects.equals(
                        differences.before().inputs().get(path),
                        differences.all().inputs().get(path)));
        return credentials && shape.asksForRefresh() && !shape.host().knowsRefresh()
                ? "; the systemd of this host does not know RefreshOnReload=, and passes credentials at a start only"
                : "";
    }

    /// Whether it is what passes connections on for a proxy of one of `units`. No change of it restarts it, but without
    /// its socket it is good for nothing.
    boolean isFront(Collection<ManagedUnit> units) {
        return units.stream()
                .anyMatch(
                        each -> each.proxy() != null && Proxy.front(each.name()).equals(name));
    }

    /// Whether its author allows it another process.
    boolean mayRenew() {
        var update = policy.update();
        return update != UpdateMode.Defer && update != UpdateMode.Reload;
    }

    boolean onlyReportsDrift() {
        return set.policy().drift() == DriftPolicy.Report;
    }

    /// What makes the process take the removal of `path`.
    boolean removalNeedsNewProcess(String path) {
        if (bound.contains(path)) {
            return true;
        }
        if (Glob.anyCovers(UnitInputs.orEmpty(policy.restartOn()), path)) {
            return true;
        }
        return !shape.canReload() && !Glob.anyCovers(UnitInputs.orEmpty(policy.reloadOn()), path);
    }
}
