package dev.underway.plan;

import dev.underway.model.Policy;
import dev.underway.model.Revision;
import dev.underway.model.unitfile.UnitName;
import dev.underway.plan.Desired.DesiredSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a host would do, told without the host: by the planner that the host itself will ask.
///
/// The host is imagined as one that has put in place what it reports to run, and whose units are in the states that it
/// reports. What it does not report is not known: edits by hand, files in the way, other sets, processes that are older
/// than their files.
public final class Forecast {
    private Forecast() {}

    /// The plan of a host.
    ///
    /// @param running the set as the host reports to run it; null when it has none of it
    /// @param active ActiveState by unit, as last reported; a unit that is missing is as its set wants it
    /// @param desired what the host shall be
    public static Plan of(@Nullable DesiredSet running, Map<String, String> active, Desired desired) {
        var host = new ImaginedHost();
        Stream.concat(Stream.ofNullable(running), desired.sets().stream()).forEach(set -> hostsOwn(host, set));
        if (running != null) {
            host.converge(new Desired(List.of(running), List.of()));
        }
        active.forEach(host::is);
        return Planner.plan(desired, host.observe(desired));
    }

    /// The units that a set names and that come with the host: what is in their files only the host knows. One that
    /// the author says takes changes by a reload can be reloaded.
    private static void hostsOwn(ImaginedHost host, DesiredSet set) {
        var ours = set.content().unitsOrEmpty().stream()
                .filter(unit -> unit.content() != null)
                .map(Revision.UnitText::name)
                .collect(Collectors.toSet());
        set.content().unitsOrEmpty().stream()
                .map(Revision.UnitText::name)
                .filter(name -> !ours.contains(name) && !isOf(ours, name) && !UnitName.isTemplate(name))
                .filter(name -> !host.vendorUnits.containsKey(name))
                .forEach(name -> host.vendor(name, text(name, set.policy())));
    }

    private static boolean isOf(Set<String> ours, String name) {
        return UnitName.isInstance(name) && ours.contains(UnitName.template(name));
    }

    private static String text(String name, Policy policy) {
        boolean reloads = !Objects.requireNonNullElse(policy.unit(name).reloadOn(), List.of())
                .isEmpty();
        return UnitName.type(name).equals("service") && reloads
                ? "[Service]\nExecReload=/bin/kill -HUP $MAINPID\n"
                : "";
    }
}
