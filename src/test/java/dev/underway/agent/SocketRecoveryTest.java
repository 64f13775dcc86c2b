package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.agent.SwapHost.App;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A listening socket that systemd has lost, on a booted one: it is bound again, or a person is told what to do; and no
/// revision is to blame.
@Tag("e2e")
class SocketRecoveryTest {
    /// Says that it is ready, whatever it was passed, and takes no descriptor.
    private static final String DEAF = "/bin/bash -c 'exec 3<&-; systemd-notify --ready; exec sleep infinity'";

    @AutoClose
    private static final SwapHost on = SwapHost.boot();

    /// Such as `start-limit-hit` of a unit that failed.
    private static String whyFailed(String unit) {
        var show = "systemctl show -P ActiveState %1$s; systemctl show -P Result %1$s".formatted(unit);
        var said = on.host.exec("bash", "-c", show).lines().toList();
        return said.getFirst().equals("failed") ? said.getLast() : "";
    }

    private static void servesAgain(App app, String version) throws Exception {
        on.converge();
        assertThat(on.agent.unit(app.name + ".socket").active()).isTrue();
        assertThat(on.agent.condition(app.name, "Synced")).isEqualTo("True AsDesired");
        assertThat(on.get(app)).contains("\n" + version + " ");
        assertThat(on.running(app)).hasSize(1);
    }

    @Test
    void aSocketThatWasStartedTooOftenIsBoundAgain() throws Exception {
        var app = new App("often", 8601);
        on.apply(app);
        on.host.exec("systemctl", "stop", "often.socket", "often.service");
        on.host.tryExec("bash", "-c", "for i in {1..8}; do systemctl restart often.socket; done");
        assertThat(whyFailed("often.socket")).isEqualTo("start-limit-hit");

        on.agent.pass();

        servesAgain(app, "1");
    }

    @Test
    void aSocketThatTriggeredTooOftenIsBoundAgain() throws Exception {
        var app = new App("fails", 8602)
                .with("Restart", "no")
                .with("ExecStartPre", "/usr/bin/test ! -e /run/fails-to-start");
        on.apply(app);
        on.host.write("/run/fails-to-start", "");
        on.host.exec("systemctl", "stop", "fails.service");
        on.host.tryExec("timeout", "5", "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8602; cat <&3");
        await().atMost(Duration.ofSeconds(10))
                .until(() -> whyFailed("fails.socket").equals("trigger-limit-hit"));
        on.host.exec("rm", "/run/fails-to-start");

        on.agent.pass();

        servesAgain(app, "1");
    }

    /// What an operator adds to the socket can close it: its start limit is the socket's.
    @Test
    void aSocketThatAnotherServiceTookDownIsToldAndComesBackWithTheNextProcess() throws Exception {
        var app = new App("shared", 8603);
        on.apply(app);
        on.host.write("/etc/systemd/system/second.service", """
            [Service]
            Sockets=shared.socket
            ExecStart=/bin/sleep infinity
            """);
        on.host.tryExec("bash", "-c", "systemctl daemon-reload; for i in {1..8}; do systemctl restart second; done");
        on.host.exec("systemctl", "stop", "second");
        assertThat(whyFailed("shared.socket")).isEqualTo("service-start-limit-hit");
        assertThat(on.get(app)).as("the process has a copy").contains("200 OK");

        on.agent.pass();
        assertThat(on.agent.conditionOf("shared", "Synced").message())
                .contains("it can be bound again when shared.service stops");
        on.apply(app.version("2"));

        servesAgain(app, "2");
    }

    @ParameterizedTest
    @CsvSource({"8604,", "8605, DEAF"})
    void aSocketThatIsStoppedWhileANewProcessStartsIsNotTheRevisionsFault(int port, String kind) throws Exception {
        var app = new App("gap" + port, port);
        on.apply(app);
        var before = on.agent.unit(app.unit());
        var next = new App(app.name, port).version("2");
        if (kind != null) {
            next.with("ExecStart", DEAF).with("NotifyAccess", "all");
        }
        on.agent.door.beforehand = call -> {
            if (call.startsWith("start " + app.name)) {
                on.agent.door.beforehand = _ -> {};
                on.host.exec("systemctl", "stop", app.name + ".socket");
            }
        };

        on.apply(next);

        assertThat(on.agent.condition(app.name, "Synced")).isEqualTo("False SocketLost");
        assertThat(on.agent.conditionOf(app.name, "Healthy").message())
                .contains(app.name + ".socket shall run, but is inactive");
        assertThat(on.agent.unit(app.unit()).invocationId())
                .as("the old one serves on")
                .isEqualTo(before.invocationId());
        assertThat(on.get(app)).contains("\n1 ");
        on.agent.nanos += Duration.ofSeconds(6).toNanos();
        if (kind == null) {
            on.agent.pass();
            servesAgain(app, "2");
        }
    }

    @Test
    void aProcessThatNeverTookItsSocketIsReplacedByOneThatDoes() throws Exception {
        var deaf = new App("deaf", 8606).with("ExecStart", DEAF).with("NotifyAccess", "all");
        on.apply(deaf);
        assertThat(on.agent.condition("deaf", "Healthy")).isEqualTo("False SocketNotTaken");
        assertThat(on.agent.conditionOf("deaf", "Healthy").message())
                .contains("deaf.service runs but does not hold the listening socket of deaf.socket");

        on.apply(new App("deaf", 8606).version("2"));

        assertThat(on.step(deaf)).startsWith("Swap");
        servesAgain(deaf, "2");
    }

    @Test
    void aSocketThatSomebodyStoppedIsToldAndComesBackWithTheNextProcess() throws Exception {
        var app = new App("lost", 8607);
        on.apply(app);
        on.host.exec("systemctl", "stop", "lost.socket");

        on.agent.pass();
        assertThat(on.agent.conditionOf("lost", "Synced").message())
                .contains("it can be bound again when lost.service");
        on.apply(app.version("2"));

        servesAgain(app, "2");
    }

    /// Descriptors get other numbers.
    @Test
    void aSocketIsNotTakenForLostWhenSystemdIsExecutedAnew() throws Exception {
        var app = new App("anew", 8610);
        on.apply(app);
        var before = on.agent.unit(app.unit());
        on.host.exec("systemctl", "daemon-reexec");

        await().atMost(Duration.ofSeconds(20)).until(() -> {
            on.agent.pass();
            return !on.agent.condition("anew", "Synced").equals("False SystemdUnreachable");
        });

        assertThat(on.agent.condition("anew", "Synced")).isEqualTo("True AsDesired");
        assertThat(on.agent.condition("anew", "Healthy")).isEqualTo("True UnitsHealthy");
        assertThat(on.agent.unit(app.unit()).invocationId()).isEqualTo(before.invocationId());
    }

    /// systemd closes the descriptor when it reads another address, and calls the socket active all the same.
    @Test
    void aSocketThatSystemdLostInSilenceIsNoticedAtAPassAndBoundAgainWithTheNextProcess() throws Exception {
        var app = new App("silent", 8608);
        on.apply(app);
        var before = on.agent.unit(app.unit());
        assertThat(on.agent.condition("silent", "Synced")).isEqualTo("True AsDesired");
        var edit = "sed -i s/8608/8609/ /etc/systemd/system/silent.socket && systemctl daemon-reload";
        on.host.exec("bash", "-c", edit);

        on.converge();

        assertThat(on.agent.unit("silent.socket").active()).isTrue();
        assertThat(on.agent.condition("silent", "Synced")).isEqualTo("False Waiting");
        assertThat(on.agent.conditionOf("silent", "Synced").message())
                .contains("systemd does not hold it any more")
                .contains("it can be bound again when silent.service stops");
        assertThat(on.agent.unit(app.unit()).invocationId())
                .as("nobody is cut off for it")
                .isEqualTo(before.invocationId());
        assertThat(on.get(app)).contains("\n1 ");
        on.agent.restartAgent();
        on.agent.pass();
        assertThat(on.agent.condition("silent", "Synced"))
                .as("an agent that never saw it held knows as well")
                .isEqualTo("False Waiting");

        on.apply(app.version("2"));

        assertThat(on.step(app)).startsWith("Start");
        servesAgain(app, "2");
    }

    /// With the sysctl that moves what is in the queue of a socket that is closed.
    @Test
    void aLostAddressIsOpenedOnceMoreBesideTheOldOneWhereTheSocketAllowsThat() throws Exception {
        on.host.exec("sh", "-c", "echo 1 > /proc/sys/net/ipv4/tcp_migrate_req");
        var app = new App("reuse", 8611);
        app.socket.add("ReusePort=yes");
        on.apply(app);
        var edit = "sed -i s/8611/8612/ /etc/systemd/system/reuse.socket && systemctl daemon-reload";

        var counted = on.underLoad(app, () -> {
            on.host.exec("bash", "-c", edit);
            on.settle(app);
        });

        assertThat(counted.failed()).as("%s", counted).isZero();
        assertThat(on.step(app)).contains("Swap", "reuse.socket: systemd does not hold ListenStream=127.0.0.1:8611");
        servesAgain(app, "1");
        on.host.exec("systemctl", "restart", app.unit());
        assertThat(on.get(app)).as("systemd has it again").contains("\n1 ");
    }
}
