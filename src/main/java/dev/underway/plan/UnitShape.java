package dev.underway.plan;

import dev.underway.model.unitfile.UnitFile;
import dev.underway.model.unitfile.UnitName;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/// What a unit's effective text says of its nature.
///
/// @param hostCanReload what systemd says of a unit of the host whose text was not read; false for a unit of
/// ours, because systemd may not have read its text yet
record UnitShape(String name, UnitFile file, boolean hostCanReload) {
    private static final Set<String> TRUE = Set.of("1", "yes", "y", "true", "t", "on");

    String type() {
        return UnitName.type(name);
    }

    boolean isService() {
        return type().equals("service");
    }

    /// Whether a reload is accepted once systemd has read the text. A mount's reload remounts.
    boolean canReload() {
        return hostCanReload
                || type().equals("mount")
                || !file.values("Service", "ExecReload").isEmpty()
                || file.last("Service", "Type", "").equals("notify-reload");
    }

    /// A service that does its work and ends: `Type=oneshot` without `RemainAfterExit=`. (A service without
    /// `ExecStart=` is a oneshot too, but systemd only accepts it with `RemainAfterExit=`.)
    boolean endsByItself() {
        return isService()
                && file.last("Service", "Type", "simple").equals("oneshot")
                && !isTrue(file.last("Service", "RemainAfterExit", "no"));
    }

    /// Slices and targets have no process of their own, and to restart one would stop what is in it.
    boolean onlyGroups() {
        return type().equals("slice") || type().equals("target");
    }

    /// Whether `[Install]` makes something start the unit.
    boolean wanted() {
        return Stream.of("WantedBy", "RequiredBy", "UpheldBy")
                .anyMatch(key -> !file.values("Install", key).isEmpty());
    }

    /// The words of all values of a list such as `After=`.
    List<String> words(String section, String key) {
        return file.values(section, key).stream()
                .flatMap(value ->
                        Stream.of(Specifiers.expand(value, name).strip().split("\\s+")))
                .toList();
    }

    /// The unit that a socket, timer or path starts.
    String triggered(String section, String key) {
        String ofSameName = name.substring(0, name.lastIndexOf('.')) + ".service";
        return Specifiers.expand(file.last(section, key, ofSameName), name);
    }

    static boolean isTrue(String value) {
        return TRUE.contains(value.toLowerCase(Locale.ROOT));
    }
}
