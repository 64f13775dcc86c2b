package dev.underway.plan;

import dev.underway.model.unitfile.UnitName;
import java.util.List;

/// Where unit files live, and what else systemd reads from the disk.
final class UnitPaths {
    /// Where the units of sets are written: above the vendor's, below nothing (systemd.unit(5)).
    static final String DIRECTORY = "/etc/systemd/system/";

    /// As [#DIRECTORY], until the next boot.
    private static final String RUNTIME = "/run/systemd/system/";

    /// Where `systemctl set-property` writes: above everything else.
    static final String CONTROL = "/etc/systemd/system.control/";

    private static final List<String> READ_BY_SYSTEMD = List.of(
            DIRECTORY,
            CONTROL,
            RUNTIME,
            "/usr/local/lib/systemd/system/",
            "/usr/lib/systemd/system/",
            "/lib/systemd/system/");

    private UnitPaths() {}

    static String unitFile(String unit) {
        return DIRECTORY + unit;
    }

    static String dropIn(String unit, String file) {
        return DIRECTORY + unit + ".d/" + file;
    }

    /// Where a bridge of a socket lies: gone with the next boot.
    static String bridge(String bridge) {
        return RUNTIME + bridge;
    }

    /// The bridge that `path` makes; empty for any other path.
    static String bridgeAt(String path) {
        return path.startsWith(RUNTIME) && path.endsWith(".socket") ? path.substring(RUNTIME.length()) : "";
    }

    /// Whether `path` is the unit file that makes `unit`: its own or that of its template.
    static boolean makes(String path, String unit) {
        return path.equals(unitFile(unit)) || path.equals(unitFile(UnitName.template(unit)));
    }

    /// Whether `path` is one of the texts of `unit`: unit file or drop-in, its own or that of its template.
    static boolean speaksOf(String path, String unit) {
        return makes(path, unit)
                || path.startsWith(DIRECTORY + unit + ".d/")
                || path.startsWith(DIRECTORY + UnitName.template(unit) + ".d/");
    }

    /// Whether `path` is a text or a private input of the instance `instance`, and of nothing else.
    static boolean belongsTo(String path, String instance) {
        return path.equals(unitFile(instance))
                || path.startsWith(DIRECTORY + instance + ".d/")
                || path.startsWith(instanceDirectory(instance));
    }

    /// Where the files lie that only this instance sees.
    static String instanceDirectory(String instance) {
        return "/var/lib/underway/instances/" + instance + "/";
    }

    /// Whether systemd must read its units anew when `path` changes.
    static boolean needsDaemonReload(String path) {
        return READ_BY_SYSTEMD.stream().anyMatch(path::startsWith);
    }

    /// Whether `path` declares users or groups: sysusers.d(5).
    static boolean isSysusers(String path) {
        return path.endsWith(".conf") && path.contains("/sysusers.d/");
    }

    /// Whether `path` declares directories and the like: tmpfiles.d(5).
    static boolean isTmpfiles(String path) {
        return path.endsWith(".conf") && path.contains("/tmpfiles.d/");
    }
}
