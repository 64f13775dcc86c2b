package dev.underway.plan;

import dev.underway.model.UnitSetSpec.UpdateMode;
import dev.underway.model.unitfile.UnitName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Whether a new process of a service may take over from the old one while both run.
///
/// With `update: Auto` that needs proof in the unit's own text: a socket of the set that stays open meanwhile,
/// readiness that the service itself signals (a probe of the shared socket may be answered by either process), and no
/// directive of which was measured that two processes harm each other. `update: Swap` is the author's word in place of
/// the proof, but not where systemd itself knows one process only. A proxy is the author's word too: behind it each
/// process has an address of its own, and is asked there whether it is ready.
sealed interface Swappability {

    /// Two processes may run side by side.
    record Swappable() implements Swappability {}

    /// They may not.
    ///
    /// @param because what stands against it, and what to do about it
    /// @param near whether the unit is behind a socket of its set, so that its author may have hoped for more
    record NotSwappable(String because, boolean near) implements Swappability {}

    static Swappability of(ManagedUnit managed) {
        var unit = managed.shape();
        if (!unit.isService()
                || !managed.ours()
                || UnitName.isTemplate(unit.name())
                || UnitName.isInstance(unit.name())) {
            return new NotSwappable("only a service that the set brings, and no template, can be swapped", false);
        }
        // A process behind a proxy needs a port of its own, so it always is an instance.
        if (managed.proxy() != null) {
            return new Swappable();
        }
        if (managed.sockets().isEmpty()) {
            return new NotSwappable(
                    "no socket of the set with Accept=no starts it: put its address into a .socket unit, or say proxy: if"
                            + " it cannot take a socket from systemd",
                    false);
        }
        var policy = managed.policy();
        var update = policy.update() == null ? UpdateMode.Auto : policy.update();
        return switch (update) {
            case Restart, Reload, Defer -> new NotSwappable("update: " + update, false);
            case Auto -> verdict(first(impossible(unit), torn(managed), risky(unit), unproven(unit)));
            case Swap -> verdict(first(impossible(unit)));
        };
    }

    private static Swappability verdict(@Nullable String objection) {
        return objection == null ? new Swappable() : new NotSwappable(objection, true);
    }

    private static @Nullable String first(String... objections) {
        return Arrays.stream(objections).filter(o -> !o.isEmpty()).findFirst().orElse(null);
    }

    /// systemd.service(5): names, processes and states of which there is one for each unit name.
    private static String impossible(UnitShape unit) {
        String type = unit.file().last("Service", "Type", "simple");
        if (has(unit, "Service", "BusName") || type.equals("dbus")) {
            return "BusName= allows one process only: drop it (and Type=dbus), and use Type=notify";
        }
        if (type.equals("oneshot")) {
            return "Type=oneshot is not a server";
        }
        if (type.equals("forking") || has(unit, "Service", "PIDFile")) {
            return "Type=forking and PIDFile= have one file for two processes: use Type=notify in the foreground";
        }
        if (has(unit, "Install", "Alias") || has(unit, "Install", "Also")) {
            return "[Install] Alias= and Also= would name one instance for ever: remove them";
        }
        if (unit.storesDescriptors() && isTrue(unit, "FileDescriptorStorePreserve")) {
            return "FileDescriptorStorePreserve=yes keeps what each old process has stored, for a unit that never comes"
                    + " back: remove it";
        }
        if (isTrue(unit, "RemainAfterExit")) {
            return "RemainAfterExit= keeps a unit active that serves nobody: remove it";
        }
        return "";
    }

    /// Two processes that read one file get parts of one line each, unless they read all of it at once (pipe(7);
    /// measured). systemd has it open too: what is written to a FIFO while none reads waits there.
    private static String torn(ManagedUnit unit) {
        var keys = String.join("= and ", new TreeSet<>(unit.files()));
        return keys.isEmpty()
                ? ""
                : keys + "= would be read by two processes, each of which may get a part of one line; systemd keeps"
                        + " it open in a restart, and update: Swap is for a service that always reads whole lines";
    }

    /// Measured: the second process breaks the first, or the end of the first breaks the second.
    private static String risky(UnitShape unit) {
        var stops = new ArrayList<String>();
        for (String key : List.of("ExecStop", "ExecStopPost")) {
            if (has(unit, "Service", key)) {
                stops.add(key + "=");
            }
        }
        if (!stops.isEmpty()) {
            return String.join(" and ", stops) + " of the old process runs when the new one serves already: remove it,"
                    + " or say update: Swap if it touches nothing shared";
        }
        if (unit.storesDescriptors()) {
            return "FileDescriptorStoreMax= keeps descriptors for the next start of the same unit, and a swap would lose"
                    + " them: say update: Swap if nothing in it matters";
        }
        if (isTrue(unit, "DynamicUser") && !has(unit, "Service", "User")) {
            return "DynamicUser= gives each process another user, and its directories to the last: set User= too";
        }
        if (has(unit, "Service", "LimitNPROC") && has(unit, "Service", "User")) {
            return "LimitNPROC= counts the processes of both: use TasksMax=, or say update: Swap";
        }
        return "";
    }

    private static String unproven(UnitShape unit) {
        if (unit.host().ignoresType()) {
            return "the systemd of this host does not know Type=notify-reload, and takes it for Type=simple: use"
                    + " Type=notify";
        }
        String type = unit.serviceType();
        return type.equals("notify") || type.equals("notify-reload")
                ? ""
                : "Type=" + type + " does not say when the new process is ready: use Type=notify, or say update: Swap"
                        + " if it accepts connections only when it can serve them";
    }

    private static boolean has(UnitShape unit, String section, String key) {
        return !unit.file().values(section, key).isEmpty();
    }

    private static boolean isTrue(UnitShape unit, String key) {
        return UnitShape.isTrue(unit.file().last("Service", key, "no"));
    }
}
