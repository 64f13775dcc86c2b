package dev.underway.plan;

import dev.underway.model.Proxy;
import java.time.Duration;

/// What the unit file of an instance behind a proxy has in the place of sockets.
///
/// The unit's name is the commit record here too: whichever instance it stands for leads the proxy to itself when it
/// has started, so that a host that boots without the agent serves. And an instance that is stopped because another one
/// has the name waits until nobody is connected to it any more: while that takes, systemd shows it as deactivating.
final class ProxiedText {
    /// How often it is looked, in looks per second.
    private static final int LOOKS = 2;

    private ProxiedText() {}

    static String of(ManagedUnit unit, String instance) {
        var proxy = unit.proxy();
        int port = Proxy.port(instance);
        long looks = LOOKS * (proxy == null ? Duration.ZERO : proxy.drainOrDefault()).toSeconds();
        var unitFile = quoted(UnitPaths.unitFile(unit.name()));
        return """
            # the port that is its alone
            Environment=PORT=%d
            %s# the proxy leads to the one that has the unit's name
            ExecStartPost=+/bin/sh -c '[ "$$(readlink "$$1")" != "$$2" ] || { mkdir -p "$${3%%%%/*}"; ln -sfn "$$4" "$$3.new" && mv -T "$$3.new" "$$3"; }' sh %s %s %s %s
            # when another one has it, the connections to this one are waited for
            ExecStop=+-/bin/sh -c 'i=0; [ "$$(readlink "$$1")" = "$$2" ] || sleep 1; while [ "$$(readlink "$$1")" != "$$2" ] && [ $$i -lt $$4 ] && systemctl --quiet is-active "$$3"; do i=$$((i+1)); sleep 0.5; done' sh %s %s %s %d
            """.formatted(
                        port,
                        environmentFile(unit, instance),
                        unitFile,
                        quoted(instance),
                        quoted(Proxy.current(unit.name())),
                        Proxy.target(port),
                        unitFile,
                        quoted(instance),
                        quoted(Proxy.service(unit.name(), port)),
                        looks);
    }

    /// The file that says the port once more where the author's own may say another one: of several, the last wins
    /// (systemd.exec(5)). Empty where it is not needed.
    static String environment(ManagedUnit unit, String instance) {
        boolean needed =
                !unit.shape().file().values("Service", "EnvironmentFile").isEmpty();
        return needed && Proxy.port(instance) != 0 ? "PORT=" + Proxy.port(instance) + "\n" : "";
    }

    /// Where it lies.
    static String environmentPath(String instance) {
        return UnitPaths.instanceDirectory(instance) + "port.env";
    }

    private static String environmentFile(ManagedUnit unit, String instance) {
        return environment(unit, instance).isEmpty()
                ? ""
                : "EnvironmentFile=" + environmentPath(instance).replace("%", "%%") + "\n";
    }

    /// One word of a command line: systemd.service(5).
    private static String quoted(String word) {
        return word.replace("\\", "\\\\").replace("%", "%%").replace("$", "$$");
    }
}
