package dev.underway.plan;

import dev.underway.model.unitfile.UnitFileException;
import dev.underway.plan.Desired.DesiredSet;
import dev.underway.plan.DesiredPath.ArtifactLink;
import dev.underway.plan.DesiredPath.EnablementLink;
import dev.underway.plan.Inventory.Owned;
import dev.underway.plan.PathState.Absent;
import dev.underway.plan.PathState.Other;
import dev.underway.plan.Plan.Withheld;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Decides which sets may be carried out on this host. A set is admitted whole or withheld whole.
///
/// @param admitted oldest first
/// @param withheld the others, with the reason
record Admission(List<Wanted> admitted, Map<SetId, Withheld> withheld) {
    private static final String CONFLICT = "Conflict";

    /// By directory, in the order of systemd.unit(5).
    private static final Map<String, Outranking> OUTRANKING = Map.of(
            UnitPaths.CONTROL,
            new Outranking("a unit that was made through systemd's D-Bus interface", "Remove that file"),
            "/run/systemd/system.control/",
            new Outranking("a unit that was made through systemd's D-Bus interface", "Remove that file"),
            "/run/systemd/transient/",
            new Outranking("a transient unit", "Stop it ('systemctl stop %s'), and whoever starts it by systemd-run"),
            "/run/systemd/generator.early/",
            new Outranking("a unit that a generator makes", "Take away what the generator makes it from"));

    private record Outranking(String what, String remedy) {}

    /// Older sets win over younger ones: by `since`, then by `uid`. What a set claims is claimed even when it
    /// is then withheld for another reason, so that the winner does not change with the weather.
    static Admission of(Desired desired, Observed observed) {
        var owned = new HashSet<String>();
        observed.inventory()
                .owned()
                .values()
                .forEach(o -> owned.addAll(o.paths().keySet()));
        var claims = new HashMap<String, SetId>();
        unknown(desired)
                .forEach(set -> claims(observed.inventory().owned().getOrDefault(set, Owned.NOTHING))
                        .forEach(claim -> claims.put(claim, set)));
        var admitted = new ArrayList<Wanted>();
        var withheld = new TreeMap<SetId, Withheld>();
        for (var set : desired.sets().stream()
                .sorted(Comparator.comparing(DesiredSet::since).thenComparing(DesiredSet::uid))
                .toList()) {
            try {
                var wanted = Wanted.of(set, observed);
                Withheld refusal = rival(wanted, claims);
                if (refusal == null) {
                    claims(wanted).forEach(claim -> claims.put(claim, set.id()));
                    refusal = desired.held().get(set.id());
                    if (refusal == null) {
                        refusal = refusal(wanted, observed, owned);
                    } else {
                        claims(observed.inventory().owned().getOrDefault(set.id(), Owned.NOTHING))
                                .forEach(claim -> claims.putIfAbsent(claim, set.id()));
                    }
                }
                if (refusal == null) {
                    admitted.add(wanted);
                } else {
                    withheld.put(set.id(), refusal);
                }
            } catch (UnitFileException e) {
                withheld.put(set.id(), new Withheld("InvalidUnit", "A unit file cannot be read: " + e.getMessage()));
            }
        }
        return new Admission(List.copyOf(admitted), withheld);
    }

    Set<String> paths() {
        var paths = new HashSet<String>();
        admitted.forEach(wanted -> wanted.allPaths().forEach(path -> paths.add(path.path())));
        return paths;
    }

    /// Sets that are held back and whose content is not known.
    private static Set<SetId> unknown(Desired desired) {
        var unknown = new HashSet<>(desired.held().keySet());
        desired.sets().forEach(set -> unknown.remove(set.id()));
        return unknown;
    }

    private static Stream<String> claims(Owned owned) {
        return Stream.concat(
                owned.paths().keySet().stream().map(path -> "path " + path),
                owned.units().stream().map(unit -> "unit " + unit));
    }

    /// The paths that stay: without those that are only kept until a swap is done.
    Set<String> lastingPaths() {
        var paths = new HashSet<String>();
        admitted.forEach(wanted -> wanted.allPaths()
                .filter(path -> !(path instanceof DesiredPath.Kept))
                .forEach(path -> paths.add(path.path())));
        return paths;
    }

    private static Stream<String> claims(Wanted wanted) {
        return Stream.concat(
                wanted.allPaths().map(path -> "path " + path.path()).distinct(),
                wanted.units().stream().map(unit -> "unit " + unit.name()));
    }

    private static @Nullable Withheld rival(Wanted wanted, Map<String, SetId> claims) {
        return claims(wanted)
                .filter(claims::containsKey)
                .findFirst()
                .map(claim -> new Withheld(
                        CONFLICT,
                        "%s and %s both claim %s; %s is older and has it. Remove it from one of them."
                                .formatted(wanted.set().id(), claims.get(claim), claim, claims.get(claim))))
                .orElse(null);
    }

    private static @Nullable Withheld refusal(Wanted wanted, Observed observed, Set<String> owned) {
        for (var path : wanted.allPaths().toList()) {
            var there = observed.paths().getOrDefault(path.path(), new Absent());
            if (path instanceof ArtifactLink artifact && !observed.storePaths().containsKey(artifact.sha256())) {
                return new Withheld(
                        "ArtifactMissing",
                        "The artifact for %s is not in the store yet: sha256 %s."
                                .formatted(path.path(), artifact.sha256()));
            }
            if (there instanceof Other other) {
                return new Withheld(
                        CONFLICT,
                        "%s is a %s on the host and is never replaced; move it away."
                                .formatted(path.path(), other.what()));
            }
            boolean foreign = !(there instanceof Absent) && !owned.contains(path.path());
            if (foreign && !path.adopt() && !path.satisfiedBy(there)) {
                return new Withheld(CONFLICT, foreign(path));
            }
            if (path instanceof EnablementLink link && isUnitOfItsOwn(link, there, observed)) {
                return new Withheld(
                        CONFLICT,
                        "Alias=%s of %s is a unit of its own on the host; choose another alias."
                                .formatted(link.name(), link.unit()));
            }
        }
        var outranked = outranked(wanted, observed);
        return outranked == null ? missingUnit(wanted, observed) : outranked;
    }

    /// A unit whose file systemd prefers to any in /etc (systemd.unit(5)), so that one of ours would have no effect. It
    /// cannot be adopted either: it goes with its process, or comes back with the next daemon-reload.
    private static @Nullable Withheld outranked(Wanted wanted, Observed observed) {
        for (var unit : wanted.units()) {
            String file = observed.unit(unit.name()).fragmentPath();
            for (var place : OUTRANKING.entrySet()) {
                if (file.startsWith(place.getKey())) {
                    return new Withheld(
                            CONFLICT,
                            ("%s is %s (%s), which counts for more than anything in %s. %s, or give the unit of the set"
                                            + " another name.")
                                    .formatted(
                                            unit.name(),
                                            place.getValue().what(),
                                            file,
                                            UnitPaths.DIRECTORY,
                                            place.getValue().remedy().formatted(unit.name())));
                }
            }
        }
        return null;
    }

    private static String foreign(DesiredPath path) {
        String remedy =
                switch (path) {
                    case ArtifactLink _ -> "Move it away.";
                    case DesiredPath.Content c
                    when c.text() == null -> "Say adopt: true on the file to take it over, or move it away.";
                    case DesiredPath.Content _,
                            EnablementLink _,
                            DesiredPath.ProxyTarget _,
                            DesiredPath.InstanceAlias _,
                            DesiredPath.Kept _ -> "Say adopt: true on the unit to take it over, or move it away.";
                };
        return path.path() + " exists on the host and is not managed. " + remedy;
    }

    /// An alias of a name that systemd has a unit for would merge the two (and can end PID 1: measured).
    private static boolean isUnitOfItsOwn(EnablementLink link, PathState there, Observed observed) {
        var status = observed.units().get(link.name());
        return link.alias()
                && there instanceof Absent
                && status != null
                && status.exists()
                && !UnitPaths.makes(status.fragmentPath(), link.unit());
    }

    private static @Nullable Withheld missingUnit(Wanted wanted, Observed observed) {
        var recorded = observed.inventory().owned().get(wanted.set().id());
        for (var unit : wanted.units()) {
            var status = observed.units().get(unit.name());
            boolean ofOurs = recorded != null
                    && status != null
                    && recorded.paths().containsKey(status.fragmentPath())
                    && UnitPaths.makes(status.fragmentPath(), unit.name());
            if (!unit.ours() && (status == null || !status.exists() || ofOurs)) {
                return new Withheld(
                        "UnitNotFound",
                        "%s has no content and does not exist on the host. Install it, or give its content."
                                .formatted(unit.name()));
            }
        }
        return null;
    }
}
