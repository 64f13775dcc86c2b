package dev.underway.plan;

import dev.underway.model.unitfile.BooleanWord;
import dev.underway.model.unitfile.UnitFile;
import dev.underway.model.unitfile.UnitName;
import java.util.List;
import java.util.stream.Stream;

/// What a unit's effective text says of its nature.
///
/// @param host what systemd adds to that
record UnitShape(String name, UnitFile file, HostWord host) {
    private static final String NOTIFY_RELOAD = "notify-reload";

    /// What the systemd of a host says that the text does not.
    ///
    /// @param reloads whether a unit of the host, whose text was not read, can reload
    /// @param ignoresType whether it was given `Type=notify-reload` and cannot reload: it is older than that (253),
    /// and takes what it does not know for `Type=simple` (measured on 252)
    /// @param knowsRefresh whether it knows `RefreshOnReload=` (260)
    record HostWord(boolean reloads, boolean ignoresType, boolean knowsRefresh) {
        /// Of a unit of ours it may not have read the text yet.
        static final HostWord NOTHING = new HostWord(false, false, false);
    }

    String type() {
        return UnitName.type(name);
    }

    boolean isService() {
        return type().equals("service");
    }

    /// Whether a reload is accepted once systemd has read the text. A mount's reload remounts.
    boolean canReload() {
        return host.reloads()
                || type().equals("mount")
                || !file.values("Service", "ExecReload").isEmpty()
                || serviceType().equals(NOTIFY_RELOAD);
    }

    /// `Type=` of a service, as the host takes it.
    String serviceType() {
        return host.ignoresType() ? "simple" : file.last("Service", "Type", "simple");
    }

    /// Whether systemd passes credentials anew at a reload, before the process is told, if it is told at all:
    /// `RefreshOnReload=` names them, and there are some (systemd.service(5); what was started without any cannot
    /// be given one).
    boolean refreshesCredentials() {
        return host.knowsRefresh() && asksForRefresh();
    }

    /// Whether the text asks for it. A list that begins with a tilde says what not, and is not counted upon.
    boolean asksForRefresh() {
        var values = file.values("Service", "RefreshOnReload");
        return !values.isEmpty()
                && values.stream()
                        .allMatch(value -> BooleanWord.isYes(value)
                                || (!value.startsWith("~")
                                        && List.of(value.split("\\s+")).contains("credentials")))
                && UnitInputs.CREDENTIALS.stream()
                        .anyMatch(key -> !file.values("Service", key).isEmpty());
    }

    /// Whether the text can only reload by its type.
    static boolean reloadsByType(UnitFile file) {
        return file.last("Service", "Type", "").equals(NOTIFY_RELOAD)
                && file.values("Service", "ExecReload").isEmpty();
    }

    /// A service that does its work and ends: `Type=oneshot` without `RemainAfterExit=`. (A service without
    /// `ExecStart=` is a oneshot too, but systemd only accepts it with `RemainAfterExit=`.)
    boolean endsByItself() {
        return isService()
                && file.last("Service", "Type", "simple").equals("oneshot")
                && !isTrue(file.last("Service", "RemainAfterExit", "no"));
    }

    /// Whether systemd keeps descriptors for the service's next start: `FileDescriptorStoreMax=`, systemd.service(5).
    boolean storesDescriptors() {
        return !file.last("Service", "FileDescriptorStoreMax", "0").matches("|0+");
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
        return BooleanWord.isYes(value);
    }
}
