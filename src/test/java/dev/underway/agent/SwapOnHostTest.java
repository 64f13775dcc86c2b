package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.systemd.DbusSystemd;
import dev.underway.model.Policy;
import dev.underway.model.Policy.UnitPolicy;
import dev.underway.model.Revision.Content;
import dev.underway.model.Revision.UnitText;
import dev.underway.model.UnitSetSpec.Readiness;
import dev.underway.testing.TestHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The swap on a booted systemd, one effect at a time.
@Tag("e2e")
class SwapOnHostTest {
    private static TestHost host;
    private static DbusSystemd systemd;
    private static PassHost agent;

    @BeforeAll
    static void boot() throws Exception {
        host = TestHost.boot();
        systemd = DbusSystemd.open(host.systemBus());
        host.writeExecutable("/usr/local/bin/web", SwappableApp.TEXT);
        agent = new PassHost(host.path("/"), systemd);
    }

    @AfterAll
    static void remove() throws Exception {
        agent.close();
        systemd.close();
        host.close();
    }

    @Test
    void aNewProcessTakesOverTheSocket() throws Exception {
        agent.desire("web", web("1"), policy());
        agent.pass();
        var first = agent.unit("web.service");
        System.err.println(agent.status("web"));
        System.err.println(host.exec("systemctl", "status", "web", "--no-pager"));

        agent.desire("web", web("2"), policy());
        agent.pass();
        System.err.println(agent.status("web"));
        System.err.println(agent.door.calls);
        System.err.println(host.exec("bash", "-c", "ls -la /etc/systemd/system /etc/systemd/system/*.d; cat /etc/systemd/system/web*; systemctl status 'web*' --no-pager"));
        agent.pass();
        System.err.println(agent.status("web"));
        System.err.println(agent.door.calls);
        agent.pass();
        System.err.println(host.exec("bash", "-c", "ls -la /etc/systemd/system /etc/systemd/system/*.d; cat /var/lib/underway/inventory.json"));
        System.err.println(agent.door.calls);

        assertThat(agent.unit("web.service").mainPid()).isNotEqualTo(first.mainPid());
    }

    static Policy policy() {
        var trial = new Readiness(null, null, null, Duration.ofMillis(100), Duration.ofSeconds(20));
        return new Policy(
                List.of(new UnitPolicy("web.service", null, null, null, null, trial, null)), null, null, null, null);
    }

    static Content web(String version) {
        return PassHost.content(
                List.of(),
                new UnitText("web.socket", """
                        [Socket]
                        ListenStream=127.0.0.1:8080
                        [Install]
                        WantedBy=sockets.target
                        """, null),
                new UnitText("web.service", """
                        [Unit]
                        Description=web
                        [Service]
                        Type=notify
                        ExecStart=/usr/local/bin/web
                        Environment=VERSION=%s
                        Restart=on-failure
                        RestartSec=100ms
                        TimeoutStopSec=20
                        [Install]
                        WantedBy=multi-user.target
                        """.formatted(version), null));
    }
}
