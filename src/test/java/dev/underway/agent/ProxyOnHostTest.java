package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.model.Proxy;
import dev.underway.testing.HostLoad;
import dev.underway.testing.HostLoad.Counted;
import dev.underway.testing.HostPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A service that cannot take a socket from systemd changes behind its proxy, and no client notices.
@Tag("e2e")
class ProxyOnHostTest {
    @AutoClose
    private static final SwapHost on = SwapHost.boot();

    private final List<HostPort> ports = new ArrayList<>();

    @BeforeAll
    static void install() {
        on.host.writeExecutable(ProxiedApp.PLACE, ProxiedApp.PROGRAM);
    }

    @AfterEach
    void closePorts() {
        ports.forEach(HostPort::close);
    }

    private ProxiedApp begun(String name, int port) throws Exception {
        var app = new ProxiedApp(name, port, port + 1);
        ports.addAll(app.ports(on));
        return app;
    }

    private static void apply(ProxiedApp app) throws Exception {
        on.desire(app);
        on.settle(app);
        isServed(app);
    }

    private static void isServed(ProxiedApp app) {
        assertThat(on.agent.condition(app.name, "Synced"))
                .as("%s", on.agent.status(app.name))
                .isEqualTo("True AsDesired");
        assertThat(app.led(on)).isEqualTo(Proxy.port(on.current(app)));
    }

    private static Counted underLoad(ProxiedApp app, List<String> clients, SwapHost.Deed deed) throws Exception {
        try (var load = HostLoad.on(on.host, app.port, clients)) {
            Thread.sleep(200);
            load.during();
            deed.run();
            load.between();
            Thread.sleep(300);
            return load.stop();
        }
    }

    @Test
    void aNewProcessTakesOverAndNoRequestFails() throws Exception {
        var app = begun("alone", 9100);
        on.host.write("/etc/default/alone", "PORT=9100\n");
        app.service.put("EnvironmentFile", "-/etc/default/alone");
        apply(app);
        assertThat(on.get(app)).contains("1 on 9101");
        long front = on.agent.pid("alone-proxy.service");

        var counted = underLoad(app, List.of("new:3:0", "kept:3:0", "new:2:80"), () -> {
            for (int i = 2; i <= 5; i++) {
                int before = app.led(on);
                apply(app.version(Integer.toString(i)));
                assertThat(on.step(app)).isEqualTo("Swap (none): Environment= changed");
                assertThat(app.led(on)).isNotEqualTo(before);
            }
        });

        assertThat(counted.failed())
                .describedAs(counted.report().toPrettyString())
                .isZero();
        assertThat(counted.answerers().toString()).contains("1 on 9101", "2 on 9102", "5 on 9101");
        assertThat(on.agent.pid("alone-proxy.service")).isEqualTo(front);
        System.out.printf("proxy: %d requests, %d failed%n", counted.requests(), counted.failed());
    }

    /// It ends at once when it is told to stop, so it is told only when nobody is connected any more.
    @Test
    void aProcessThatDoesNotDrainIsKeptUntilNobodyIsConnected() throws Exception {
        var app = begun("rude", 9110);
        app.with("Environment", "VERSION=1 PORT=9110 RUDE=1");
        apply(app);

        var counted = underLoad(app, List.of("new:3:0", "new:3:80"), () -> {
            for (int i = 2; i <= 4; i++) {
                apply((ProxiedApp) app.with("Environment", "VERSION=" + i + " PORT=9110 RUDE=1"));
            }
        });

        assertThat(counted.failed())
                .describedAs(counted.report().toPrettyString())
                .isZero();
    }

    @Test
    void nobodyIsLedToAProcessThatIsNotReady() throws Exception {
        var app = begun("bad", 9120);
        apply(app);
        var before = on.current(app);

        var counted = underLoad(app, List.of("new:3:0", "kept:3:0"), () -> {
            on.desire((ProxiedApp) app.with("ExecStart", "/bin/sleep 1000"));
            on.converge();
        });

        assertThat(counted.failed())
                .describedAs(counted.report().toPrettyString())
                .isZero();
        assertThat(on.agent.condition(app.name, "Synced")).isEqualTo("False Reverted");
        assertThat(on.current(app)).isEqualTo(before);
        assertThat(on.running(app)).doesNotContain("bad.service").contains(before);
    }

    /// It would be asked in the place of the new process, and answers well.
    @Test
    void nobodyIsLedToWhoeverTookThePort() throws Exception {
        var app = begun("squat", 9190);
        apply(app);
        var before = on.current(app);
        on.host.exec("systemd-run", "--unit=squatter", "--setenv=PORT=9192", "--setenv=VERSION=0", ProxiedApp.PLACE);
        await().until(() -> !on.get(9192).isEmpty());

        on.desire(app.version("2"));
        on.converge();

        assertThat(on.agent.condition(app.name, "Synced")).isEqualTo("False PortTaken");
        assertThat(on.agent.conditionOf(app.name, "Synced").message())
                .contains("port 9192, where the new process of squat.service shall listen, is taken");
        assertThat(on.current(app)).isEqualTo(before);
        assertThat(on.get(app)).contains("1 on 9191");

        on.host.exec("systemctl", "stop", "squatter");
        on.agent.nanos += Duration.ofMinutes(5).toNanos();
        on.settle(app);

        assertThat(on.get(app)).contains("2 on 9192");
    }

    @Test
    void aPlainServiceGoesBehindAProxyAndComesBack() throws Exception {
        var app = begun("plain", 9130);
        app.behind = false;
        on.desire(app);
        on.settle(app);
        assertThat(on.get(app)).contains("1 on 9130");

        app.behind = true;
        apply(app.version("2"));
        assertThat(on.get(app)).contains("2 on 9131");

        app.behind = false;
        on.desire(app.version("3"));
        on.settle(app);
        assertThat(on.get(app)).contains("3 on 9130");
        assertThat(on.running(app)).containsExactly("plain.service");
        assertThat(on.files(app))
                .containsExactlyInAnyOrder(
                        "/etc/systemd/system/plain.service",
                        "/etc/systemd/system/multi-user.target.wants/plain.service");
        assertThat(on.host.tryExec("test", "-e", Proxy.current(app.unit())).exitCode())
                .isNotZero();
    }

    @Test
    void aServiceMovesWhenItsPortIsTakenFromIt() throws Exception {
        var app = begun("moved", 9150);
        apply(app);
        app.first = 9153;
        ports.add(HostPort.of(on.host, 9153));

        var counted = underLoad(app, List.of("new:3:0", "kept:2:80"), () -> apply(app));

        assertThat(counted.failed())
                .describedAs(counted.report().toPrettyString())
                .isZero();
        assertThat(on.get(app)).contains("1 on 9153");
        assertThat(on.files(app)).noneMatch(file -> file.contains("9151") || file.contains("9152"));
        assertThat(on.host.exec("systemctl", "list-units", "--all", "--no-legend", "moved-proxy-915*"))
                .contains("9153", "9154")
                .doesNotContain("9151", "9152");
    }

    /// What keeps both ports does not last, and then it goes on.
    @Test
    void aChangeWaitsWhileEveryPortIsInUse() throws Exception {
        var app = begun("busy", 9140);
        app.drain = "5s";
        apply(app);

        var counted = underLoad(app, List.of("kept:2:0"), () -> {
            on.desire(app.version("2"));
            on.agent.pass();
            on.desire(app.version("3"));
            on.agent.pass();
            assertThat(on.step(app)).contains("every port of its proxy is taken by a process that drains");
            on.settle(app);
        });

        isServed(app);
        assertThat(on.get(app)).contains("3 on 9141");
        assertThat(counted.failed())
                .describedAs(counted.report().toPrettyString())
                .isZero();
    }

    /// What passes connections on is good for nothing without its socket, so it goes with it. The process stays.
    @Test
    void clientsGoToAnotherAddressWithAnAnnouncedGap() throws Exception {
        var app = begun("listens", 9160);
        apply(app);
        long pid = on.agent.pid(on.current(app));
        var other = new ProxiedApp(app.name, 9169, app.first);
        other.service.putAll(app.service);
        ports.add(HostPort.of(on.host, other.port));

        apply(other);

        assertThat(on.get(other)).contains("1 on 9161");
        assertThat(on.get(app.port)).as("nobody listens there any more").isEmpty();
        assertThat(on.agent.pid(on.current(app))).isEqualTo(pid);
        assertThat(on.agent.status(app.name).plan())
                .anyMatch(step -> "listens-proxy.socket".equals(step.unit())
                        && "dropped".equals(step.disruption())
                        && step.because()
                                .equals("ListenStream= 127.0.0.1:9160 → 127.0.0.1:9169; bound anew: what passes"
                                        + " connections on for a proxy is never swapped"));
        var counted = underLoad(other, List.of("new:3:0", "kept:2:80"), () -> apply(other.version("2")));
        assertThat(counted.failed())
                .describedAs(counted.report().toPrettyString())
                .isZero();
        on.powerLoss();
        assertThat(on.get(other)).contains("2 on ");
    }

    @Test
    void nothingIsInstalledWhereTheOwnerDeniesAUnitOfTheProxy() throws Exception {
        var app = begun("refused", 9180);
        on.host.write("/etc/underway/agent.yaml", "allow: {units: [refused.service, refused-proxy.socket]}\n");
        try {
            on.desire(app);
            on.agent.pass();

            assertThat(on.agent.condition(app.name, "Synced")).isEqualTo("False Denied");
            assertThat(on.agent.conditionOf(app.name, "Synced").message())
                    .contains("unit refused-proxy.service is refused on this host: no pattern of allow.units")
                    .contains("unit refused-proxy-9181.socket", "unit refused-proxy-9182.service")
                    .doesNotContain("unit refused.service", "unit refused-proxy.socket");
            assertThat(on.files(app)).isEmpty();
            assertThat(on.get(app.port)).isEmpty();
        } finally {
            on.host.exec("rm", "/etc/underway/agent.yaml");
        }
    }

    @Test
    void whereTheOwnerDeniesAUnitOfTheProxyNothingIsChanged() throws Exception {
        var app = begun("denied", 9170);
        apply(app);
        var before = on.files(app);
        var serving = on.current(app);
        on.host.write("/etc/underway/agent.yaml", "deny: {units: ['*-proxy-9172.service']}\n");
        try {
            var counted = underLoad(app, List.of("new:3:0", "kept:3:0"), () -> {
                on.desire(app.version("2"));
                on.agent.pass();
            });

            assertThat(counted.failed())
                    .describedAs(counted.report().toPrettyString())
                    .isZero();
            assertThat(on.agent.condition(app.name, "Synced")).isEqualTo("False Denied");
            assertThat(on.agent.conditionOf(app.name, "Synced").message())
                    .isEqualTo("unit denied-proxy-9172.service is refused on this host: deny.units of agent.yaml has"
                            + " *-proxy-9172.service");
            assertThat(on.current(app)).isEqualTo(serving);
            assertThat(on.files(app)).containsExactlyInAnyOrderElementsOf(before);
            assertThat(on.get(app)).contains("1 on ");
        } finally {
            on.host.exec("rm", "/etc/underway/agent.yaml");
        }
        on.settle(app);
        assertThat(on.get(app)).contains("2 on 9172");
    }
}
