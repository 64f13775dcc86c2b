package dev.underway.agent.host;

import dev.underway.model.Glob;
import java.util.List;
import java.util.stream.Stream;

/// What no server may ever change on a host, whatever the owner's policy allows: the agent itself, the way in, who may
/// do what, and the machinery that everything else stands on.
///
/// This protects against accidents and against a set that means to lock the owner out. It is no sandbox: a unit that
/// runs as root can do anything, which is why owners narrow `allow.units` and `allow.paths`.
final class BuiltInDenials {
    private BuiltInDenials() {}

    static final List<Glob> PATHS = globs(
            // the agent, its policy, its state and its program
            "/etc/underway/**",
            "/var/lib/underway/**",
            "/opt/underway/**",
            // unit files go through spec.units, where the rules for units hold
            "/etc/systemd/**",
            "/run/systemd/**",
            "/usr/lib/systemd/**",
            "/usr/local/lib/systemd/**",
            "/lib/systemd/**",
            // accounts and privileges
            "/etc/passwd*",
            "/etc/group*",
            "/etc/shadow*",
            "/etc/gshadow*",
            "/etc/subuid*",
            "/etc/subgid*",
            "/etc/sudoers",
            "/etc/sudoers.d/**",
            "/etc/doas.conf",
            "/etc/pam.conf",
            "/etc/pam.d/**",
            "/etc/security/**",
            "/etc/nsswitch.conf",
            "/etc/polkit-1/**",
            "/usr/share/polkit-1/**",
            // the way in
            "/etc/ssh/**",
            "/root/.ssh/**",
            "/home/*/.ssh/**",
            // dbus
            "/etc/dbus-1/**",
            "/usr/share/dbus-1/**",
            // what every process loads or the machine is known by
            "/etc/ld.so.preload",
            "/etc/ld.so.conf",
            "/etc/ld.so.conf.d/**",
            "/etc/machine-id",
            "/etc/fstab",
            "/etc/crypttab",
            // not files in the sense of a set
            "/boot/**",
            "/dev/**",
            "/proc/**",
            "/sys/**");

    /// Units of systemd itself are those of systemd.special(7) and everything it ships as `systemd-*`.
    static final List<Glob> UNITS = globs(
            "underway-*",
            "systemd-*",
            "dbus.*",
            "dbus-*",
            "ssh.*",
            "ssh@*",
            "sshd.*",
            "sshd@*",
            "sshd-*",
            "polkit.service",
            "getty@*",
            "serial-getty@*",
            "console-getty.service",
            "container-getty@*",
            "user@*",
            "user-*",
            "session-*",
            "init.scope",
            "-.*",
            "system.slice",
            "user.slice",
            "machine.slice",
            "emergency.*",
            "rescue.*",
            "debug-shell.service",
            "ctrl-alt-del.target",
            "default.target",
            "basic.target",
            "sysinit.target",
            "multi-user.target",
            "graphical.target",
            "sockets.target",
            "timers.target",
            "paths.target",
            "slices.target",
            "local-fs*.target",
            "remote-fs*.target",
            "network*.target",
            "nss-*.target",
            "shutdown.target",
            "reboot.*",
            "poweroff.*",
            "halt.*",
            "kexec.*",
            "exit.*",
            "umount.target",
            "final.target",
            "swap.target",
            "time-*.target");

    private static List<Glob> globs(String... patterns) {
        return Stream.of(patterns).map(Glob::of).toList();
    }
}
