package dev.underway.plan;

import dev.underway.model.unitfile.UnitFile;
import dev.underway.model.unitfile.UnitFileException;
import dev.underway.plan.Inventory.Instances;
import dev.underway.plan.Inventory.RunsWith;
import dev.underway.plan.Step.Program;
import dev.underway.plan.Step.Replacement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// How what a process was started with differs from what it shall run with, by what it takes to get there.
///
/// @param renew reasons for a new process (or a new socket)
/// @param reload reasons for a reload
/// @param refresh those of `reload` that systemd carries out by itself: the process need not be able to reload
/// @param adjust reasons for an adjustment of the open socket
/// @param programs that a reload must have replaced: a part of what it is for
/// @param before what the process may have read by now: an input that somebody changed by hand counts as read, so that
/// whoever goes on after a kill between putting it back and the reload knows that the reload is still to come
/// @param all what the process runs with once everything has been done
/// @param reloaded what it runs with once only a reload has been done
record Differences(
        List<String> renew,
        List<String> reload,
        List<String> refresh,
        List<String> adjust,
        List<Program> programs,
        RunsWith before,
        RunsWith all,
        RunsWith reloaded) {

    boolean none() {
        return renew.isEmpty() && reload.isEmpty() && adjust.isEmpty();
    }

    /// Why a reload is done.
    String reloadReason() {
        return Reasons.shortened(reload)
                + (programs.isEmpty() ? "" : "; the service replaces itself on reload")
                + (refresh.isEmpty() ? "" : "; systemd passes it its credentials anew on reload");
    }

    /// Whether a reload is enough and can be done.
    boolean canReload(ManagedUnit unit) {
        return unit.shape().canReload() || (!reload.isEmpty() && refresh.containsAll(reload));
    }

    /// What a reload of `unit` must have replaced; null when it only has to succeed.
    @Nullable
    Replacement replacement(ManagedUnit unit) {
        return programs.isEmpty()
                ? null
                : new Replacement(List.copyOf(programs), Expectation.of(unit).deadline());
    }

    /// `runs` is what the process was started with. A path that `setting` leaves alone never differs.
    static Differences between(RunsWith runs, ManagedUnit unit, Setting setting) {
        var comparison = new Comparison(runs, unit, setting);
        var texts = comparison.texts();
        boolean textsNeedNewProcess = comparison.needsNewProcess(texts);
        comparison.inputs();
        comparison.removedInputs();
        String restartedAt = comparison.restartedAt();
        return new Differences(
                comparison.renew,
                comparison.reload,
                comparison.refresh,
                comparison.adjust,
                comparison.programs,
                new RunsWith(runs.invocationId(), runs.texts(), comparison.before, runs.restartedAt()),
                new RunsWith(runs.invocationId(), texts, comparison.all, restartedAt),
                new RunsWith(
                        runs.invocationId(),
                        textsNeedNewProcess ? runs.texts() : texts,
                        comparison.reloaded,
                        runs.restartedAt()));
    }

    /// The comparison while it is made.
    private record Comparison(
            RunsWith runs,
            ManagedUnit unit,
            Setting setting,
            List<String> renew,
            List<String> reload,
            List<String> refresh,
            List<String> adjust,
            List<Program> programs,
            Map<String, String> before,
            Map<String, String> all,
            Map<String, String> reloaded) {

        Comparison(RunsWith runs, ManagedUnit unit, Setting setting) {
            this(
                    runs,
                    unit,
                    setting,
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new TreeMap<>(runs.inputs()),
                    new TreeMap<>(),
                    new TreeMap<>());
        }

        Map<String, String> texts() {
            var texts = new TreeMap<>(unit.texts());
            for (String path : setting.leftAlone()) {
                if (texts.remove(path) != null && runs.texts().containsKey(path)) {
                    texts.put(path, runs.texts().get(path));
                }
            }
            return texts;
        }

        /// What a reload could take of the texts waits for the new process that they need anyway.
        boolean needsNewProcess(Map<String, String> texts) {
            if (runs.texts().equals(texts) || unit.shape().onlyGroups()) {
                return false;
            }
            try {
                for (var d : UnitFile.differences(EffectiveText.of(runs.texts()), EffectiveText.of(texts))) {
                    switch (effect(d)) {
                        case NOTHING, DAEMON_RELOAD -> {}
                        case OPEN_SOCKET -> adjust.add(Reasons.of(d));
                        case RELOAD -> addReload(Reasons.of(d), isRefreshed(d.section(), d.key()));
                        case NEW_PROCESS, NEW_SOCKET -> renew.add(Reasons.of(d));
                    }
                }
            } catch (UnitFileException e) {
                renew.add("the unit file it was started from cannot be read (" + e.getMessage() + ")");
            }
            if (!renew.isEmpty()) {
                reload.clear();
                refresh.clear();
            }
            return !renew.isEmpty();
        }

        /// What an instance was made with never changes under it.
        private Effect effect(UnitFile.Difference d) {
            if (isRefreshed(d.section(), d.key())) {
                return Effect.RELOAD;
            }
            var effect = unit.layout() == null ? DirectiveTable.effect(d) : DirectiveTable.effect(d.section(), d.key());
            return effect == Effect.OPEN_SOCKET && isElsewhere() ? Effect.NEW_SOCKET : effect;
        }

        private boolean isRefreshed(String section, String key) {
            return section.equals("Service") && UnitInputs.CREDENTIALS.contains(key) && refreshes();
        }

        /// Whether a reload takes changed credentials, of a process that was started with some and by a text that says
        /// so. An instance has copies of its own, and gets others with the next one.
        private boolean refreshes() {
            var instances = setting.observed().inventory().instances().getOrDefault(unit.name(), Instances.NONE);
            if (!instances.known().isEmpty() || !unit.shape().refreshesCredentials()) {
                return false;
            }
            try {
                return runs.texts().equals(unit.texts())
                        || new UnitShape(
                                        unit.name(),
                                        EffectiveText.of(runs.texts()),
                                        unit.shape().host())
                                .refreshesCredentials();
            } catch (UnitFileException e) {
                return false;
            }
        }

        private void addReload(String reason, boolean bySystemd) {
            reload.add(reason);
            if (bySystemd) {
                refresh.add(reason);
            }
        }

        /// Whether a socket may be in another network, or somewhere that the agent cannot tell from the text.
        private boolean isElsewhere() {
            var file = unit.shape().file();
            return Stream.of("PrivateNetwork", "NetworkNamespacePath")
                            .anyMatch(key -> !file.values("Socket", key).isEmpty())
                    || !Rebind.of(file, unit.name()).stream().allMatch(Listen::isPlain);
        }

        void inputs() {
            boolean refreshes = refreshes();
            unit.inputs().forEach((path, input) -> {
                boolean refreshed = refreshes && UnitInputs.isCredential(unit.shape(), unit.policy(), path);
                String had = runs.inputs().getOrDefault(path, RunsWith.ABSENT);
                if (setting.leftAlone().contains(path)) {
                    all.put(path, had);
                    reloaded.put(path, had);
                    return;
                }
                all.put(path, input.digest());
                boolean differs = !had.equals(input.digest());
                String reason = path + (had.equals(RunsWith.ABSENT) ? " is new" : " changed");
                if (unit.effect(path, input) == Effect.NEW_PROCESS && !refreshed) {
                    reloaded.put(path, had);
                    addIf(differs, renew, reason);
                } else {
                    reloaded.put(path, input.digest());
                    if (differs) {
                        addReload(reason, refreshed);
                    }
                    if (differs && input.program() != null) {
                        programs.add(input.program());
                    }
                    String there = setting.disk().digest(path);
                    if (!differs && !there.equals(input.digest())) {
                        addReload(path + " was put back, and may have been read meanwhile", refreshed);
                        before.put(path, there);
                    }
                }
            });
        }

        /// Inputs that the set no longer has. One that it has but that is no longer an input is a change of
        /// policy.
        void removedInputs() {
            runs.inputs().forEach((path, had) -> {
                boolean removed = !unit.inputs().containsKey(path)
                        && !setting.wantedPaths().contains(path)
                        && !had.equals(RunsWith.ABSENT);
                if (removed && unit.removalNeedsNewProcess(path)) {
                    renew.add(path + " was removed");
                    reloaded.put(path, had);
                } else if (removed) {
                    reload.add(path + " was removed");
                }
            });
        }

        @Nullable
        String restartedAt() {
            Instant asked = unit.set().policy().restartedAt();
            String last = runs.restartedAt();
            if (asked == null || (last != null && !Instant.parse(last).isBefore(asked))) {
                return last;
            }
            addIf(unit.shape().isService(), renew, "a restart was asked for at " + asked);
            return asked.toString();
        }

        private static void addIf(boolean holds, List<String> reasons, String reason) {
            if (holds) {
                reasons.add(reason);
            }
        }
    }
}
