package dev.underway.plan;

import dev.underway.plan.Inventory.Instances;
import dev.underway.plan.Inventory.RunsWith;
import dev.underway.plan.Observed.UnitStatus;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// How a swappable unit lies on the disk, and where this plan takes it.
///
/// ```
/// web.service -> web-4f3a9c01d2.service           a symlink: the one word that says which instance is the unit
/// web-4f3a9c01d2.service                          made once, never changed
/// web-4f3a9c01d2.service.d/0-underway-live.conf   what a daemon-reload makes effective: replaced in place
/// multi-user.target.wants/web.service             speaks of the unit, never of an instance
/// ```
///
/// So whatever happens, a boot brings up exactly one instance, and with the symlink moves everything at once: what
/// starts at boot, what the socket starts, what `systemctl restart web` restarts, what other units depend on.
///
/// @param transition what happens to it
/// @param serving the instance whose process serves now, the unit's own name while it is a plain unit, or empty
/// when none does
/// @param placed the instance that the symlink points to when the plan's paths are in place; empty for a plain unit
/// @param last the instance that is the unit when all is done; empty for a plain unit
/// @param made by name, what the instances are made of that this plan makes
/// @param leftovers instances that are not the unit and run: they are drained
/// @param ending instances that are not the unit and are about to end
/// @param because why the transition is made, where it does not follow from the differences
record InstanceLayout(
        Transition transition,
        String serving,
        String placed,
        String last,
        Map<String, RunsWith> made,
        Set<String> leftovers,
        Set<String> ending,
        String because) {

    enum Transition {
        /// The unit is a plain one, or stays one for now.
        PLAIN,
        /// The right instance is the unit already.
        SETTLED,
        /// Another instance becomes the unit while none runs.
        PLACED,
        /// Another instance takes over from the one that serves.
        SWAPPED,
        /// Another instance, under a name that systemd has never heard of, becomes the unit while one serves that is
        /// not touched by that. It is then started beside that one, which is drained.
        BESIDE,
        /// A plain process that has the address makes way for an instance behind a proxy.
        PROXIED,
        /// The unit becomes a plain one again, by a restart.
        LEFT
    }

    /// Whether the instance has lost the unit's name and stays without, because drift is only reported.
    boolean isLeftNameless() {
        return transition == Transition.SETTLED && !because.isEmpty();
    }

    /// The instance that the process which serves is of, be it by a name that systemd has not read yet.
    String serves(String unit) {
        return serving.equals(unit) ? placed : serving;
    }

    /// The unit's status: that of the process that serves.
    UnitStatus status(String unit, Observed observed) {
        String name = serving.isEmpty() ? (placed.isEmpty() ? unit : placed) : serving;
        return observed.unit(name).named(unit);
    }

    /// Every instance that lives when the plan is done, with what it is made of.
    Instances after(Instances known) {
        var kept = new TreeMap<>(known.known());
        kept.putAll(made);
        kept.keySet()
                .removeIf(name -> !name.equals(last)
                        && !name.equals(placed)
                        && !name.equals(serving)
                        && !leftovers.contains(name)
                        && !ending.contains(name));
        return new Instances(last, kept);
    }

    /// Every instance that may exist while the plan is carried out.
    Instances before(Instances known) {
        var all = new TreeMap<>(known.known());
        all.putAll(made);
        return new Instances(known.current(), all);
    }
}
