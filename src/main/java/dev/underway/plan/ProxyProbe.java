package dev.underway.plan;

import dev.underway.model.Proxy;
import dev.underway.model.UnitSetSpec.HttpProbe;
import dev.underway.model.UnitSetSpec.Readiness;
import dev.underway.model.UnitSetSpec.TcpProbe;

/// What a process behind a proxy is asked before anybody is led to it: the author's probe, but at its own port where
/// that names the proxy's, and without one whether that port opens.
final class ProxyProbe {
    private ProxyProbe() {}

    /// @param instance whose name says the port
    static Readiness of(ManagedUnit unit, String instance) {
        int port = Proxy.port(instance);
        var proxy = unit.proxy();
        var asked = unit.policy().readiness();
        if (asked == null) {
            return new Readiness(null, new TcpProbe(port), null, null, null);
        }
        var http = asked.http();
        var tcp = asked.tcp();
        if (http == null && tcp == null && asked.exec() == null) {
            tcp = new TcpProbe(port);
        }
        if (proxy != null && http != null && http.port() == proxy.listen().port()) {
            http = new HttpProbe(port, http.path());
        }
        if (proxy != null && tcp != null && tcp.port() == proxy.listen().port()) {
            tcp = new TcpProbe(port);
        }
        return new Readiness(http, tcp, asked.exec(), asked.minHealthyTime(), asked.deadline());
    }
}
