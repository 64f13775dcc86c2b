package dev.underway.model;

import dev.underway.model.Policy.UnitPolicy;
import dev.underway.model.Revision.UnitText;
import dev.underway.model.UnitSetSpec.Unit;
import dev.underway.model.UnitSetSpec.UpdateMode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The units of a [Proxy]. They are part of the content, so that everybody sees what a host gets, and so that a newer
/// server or agent changes nothing on a host by itself.
///
/// What passes connections on is never restarted for a change ([UpdateMode#Defer]): it would cut them.
final class ProxyUnits {
    /// Its place since systemd 246 on merged systems (file-hierarchy(7)).
    private static final String PROXYD = "/usr/lib/systemd/systemd-socket-proxyd";

    private ProxyUnits() {}

    /// None for a unit without a proxy.
    static Stream<UnitText> texts(Unit unit) {
        var proxy = unit.proxy();
        if (proxy == null) {
            return Stream.empty();
        }
        var texts = new ArrayList<UnitText>();
        var name = unit.name();
        texts.add(new UnitText(Proxy.socket(name), frontSocket(name, proxy), null));
        texts.add(new UnitText(Proxy.front(name), frontService(name, proxy), null));
        for (int port : proxy.ports()) {
            texts.add(new UnitText(Proxy.socket(name, port), portSocket(name, port), null));
            texts.add(new UnitText(Proxy.service(name, port), portService(name, port, proxy), null));
        }
        return texts.stream();
    }

    static Stream<UnitPolicy> policies(Unit unit) {
        var proxy = unit.proxy();
        if (proxy == null) {
            return Stream.empty();
        }
        return proxy.services(unit.name())
                .map(name -> new UnitPolicy(name, UpdateMode.Defer, null, null, null, null, null));
    }

    static List<String> names(Unit unit) {
        return texts(unit).map(UnitText::name).toList();
    }

    private static String frontSocket(String service, Proxy proxy) {
        return """
            # Made by Underway for the proxy of %s.
            [Unit]
            Description=Where clients of %s connect
            StartLimitIntervalSec=0
            [Socket]
            ListenStream=%s
            Backlog=4096
            NoDelay=yes
            TriggerLimitIntervalSec=0
            [Install]
            WantedBy=sockets.target
            """.formatted(service, service, proxy.listen().text());
    }

    private static String frontService(String service, Proxy proxy) {
        return """
            # Made by Underway for the proxy of %s. Its end would cut every connection, so no change restarts it.
            [Unit]
            Description=Passes connections on to the process of %s that is current
            After=%s
            StartLimitIntervalSec=0
            [Service]
            Type=exec
            ExecStart=%s --connections-max=%d %s
            Restart=always
            RestartSec=200ms
            """.formatted(
                                service,
                                service,
                                service,
                                PROXYD,
                                proxy.maxConnectionsOrDefault(),
                                quoted(Proxy.current(service)))
                + confined(proxy);
    }

    private static String portSocket(String service, int port) {
        return """
            # Made by Underway for the proxy of %s.
            [Unit]
            Description=Connections for %s on port %d
            StartLimitIntervalSec=0
            [Socket]
            ListenStream=%s
            SocketMode=0666
            Backlog=4096
            RemoveOnStop=yes
            TriggerLimitIntervalSec=0
            [Install]
            WantedBy=sockets.target
            """.formatted(service, service, port, Proxy.path(service, port).replace("%", "%%"));
    }

    /// It ends when it has been idle for a second: so whether it runs tells whether anybody is connected.
    private static String portService(String service, int port, Proxy proxy) {
        return """
            # Made by Underway for the proxy of %s.
            [Unit]
            Description=Passes connections on to %s on port %d
            StartLimitIntervalSec=0
            [Service]
            Type=exec
            ExecStart=%s --connections-max=%d --exit-idle-time=1s 127.0.0.1:%d
            """.formatted(service, service, port, PROXYD, proxy.maxConnectionsOrDefault(), port) + confined(proxy);
    }

    /// A connection takes two descriptors and two pipes.
    private static String confined(Proxy proxy) {
        return """
            LimitNOFILE=%d
            DynamicUser=yes
            NoNewPrivileges=yes
            PrivateDevices=yes
            ProtectHome=yes
            CapabilityBoundingSet=
            RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
            """.formatted(6 * proxy.maxConnectionsOrDefault() + 64);
    }

    private static String quoted(String path) {
        return path.replace("\\", "\\\\").replace("%", "%%");
    }
}
