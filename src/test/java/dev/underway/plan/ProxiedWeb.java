package dev.underway.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Codec;
import dev.underway.model.Contents;
import dev.underway.model.Digests;
import dev.underway.model.Manifests;
import dev.underway.model.Manifests.ManifestException;
import dev.underway.model.Proxy;
import dev.underway.model.UnitSetSpec;
import dev.underway.plan.Desired.DesiredSet;
import dev.underway.plan.PathState.Symlink;
import java.time.Instant;

/// A set of which web.service is behind a proxy, and where that leads.
final class ProxiedWeb {
    static final String CURRENT = Proxy.current("web.service");
    static final String PROXY = "listen: 80, ports: [7001, 7002]";

    private ProxiedWeb() {}

    /// web.service behind a proxy, or plain where there is none.
    static DesiredSet web(String command, String proxy, String more) {
        return set("""
            units:
            - name: web.service
              %s
              %s
              content: |
                [Service]
                Type=exec
                ExecStart=%s
                [Install]
                WantedBy=x.target
            """.formatted(proxy.isEmpty() ? "" : "proxy: {" + proxy + "}", more, command));
    }

    static DesiredSet web(String command) {
        return web(command, PROXY, "");
    }

    static DesiredSet set(String yaml) {
        try {
            var spec = Codec.read(
                    Manifests.read("selector: {}\n" + yaml).getFirst().body(), UnitSetSpec.class);
            return new DesiredSet(
                    Sketch.id("web"),
                    "uid",
                    Instant.EPOCH,
                    "web-1",
                    Digests.sha256(yaml),
                    Contents.of(spec),
                    Contents.policy(spec));
        } catch (ManifestException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The proxy leads to the process that has the name, which runs and has this port.
    static void isLedToTheUnit(ModelHost host, int port) {
        assertThat(Proxy.port(host.named("web.service"))).isEqualTo(port);
        assertThat(host.disk.get(CURRENT)).isEqualTo(new Symlink(port + ".sock"));
        assertThat(host.processes).containsKey(host.named("web.service"));
    }
}
