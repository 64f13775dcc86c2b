package dev.underway.agent.execute;

import dev.underway.agent.systemd.Systemd;
import dev.underway.agent.systemd.SystemdException;
import java.util.Map;
import java.util.TreeMap;

/// Stands before every daemon-reload that makes or changes an alias.
///
/// systemd keeps the state of every loaded unit under its name while it reads the files anew. If a name was a unit of
/// its own before, and afterwards is an alias of another unit that is loaded too, two states are written into one unit,
/// in random order. What comes of it reads "inactive" with a running process, and when that process ends, systemd
/// aborts: on a host that is the end until somebody resets the machine (measured on 252 and 257).
///
/// So an alias is safe when its name is not loaded, or is an alias already, or when its target is not loaded.
///
/// Asked before a plan writes anything, too: what lies on the disk is read by anybody's daemon-reload.
final class AliasGuard {
    private final Systemd systemd;

    AliasGuard(Systemd systemd) {
        this.systemd = systemd;
    }

    /// The daemon-reload must not happen.
    static final class Unsafe extends Exception {
        private static final long serialVersionUID = 1;

        private final transient Map<String, String> aliases;

        Unsafe(Map<String, String> aliases, String message) {
            super(message);
            this.aliases = Map.copyOf(aliases);
        }

        /// Those that are not safe.
        Map<String, String> aliases() {
            return aliases;
        }
    }

    /// @param aliases by name, the unit that it stands for on the disk
    void check(Map<String, String> aliases) throws Unsafe, SystemdException {
        var unsafe = new TreeMap<String, String>();
        for (var alias : aliases.entrySet()) {
            if (!isSafe(alias.getKey(), alias.getValue())) {
                unsafe.put(alias.getKey(), alias.getValue());
            }
        }
        if (!unsafe.isEmpty()) {
            var first = unsafe.firstEntry();
            throw new Unsafe(
                    unsafe,
                    "systemd has %s and %s loaded as two units; to make the one a name of the other now"
                                    .formatted(first.getKey(), first.getValue())
                            + " could end systemd itself. Nothing is read anew until 'systemctl status "
                            + first.getKey() + "' shows one of them only");
        }
    }

    private boolean isSafe(String name, String target) throws SystemdException {
        var loaded = systemd.loadedAs(name);
        if (loaded.isEmpty()
                || !loaded.get().equals(name)
                || systemd.loadedAs(target).isEmpty()) {
            return true;
        }
        // What only lingers because it failed is forgotten by this.
        systemd.resetFailed(target);
        return systemd.loadedAs(target).isEmpty();
    }
}
