package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.SwapHost.App;
import dev.underway.model.UnitSetSpec.HttpProbe;
import dev.underway.model.UnitSetSpec.Readiness;
import dev.underway.testing.HostLoad.Counted;
import dev.underway.testing.HostPort;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What probes of the public address do in a swap, where old and new process answer side by side until the old one is
/// told to stop.
@Tag("e2e")
class SwapProbeTest {
    /// The last probe before the deadline is answered by either process.
    private static final List<String> SICK = List.of("False ProbeFailed", "False NotReady");

    @AutoClose
    private static final SwapHost on = SwapHost.boot();

    private static App probed(String name, int port, String version) {
        var app = new App(name, port);
        app.service.put("Environment", "VERSION=" + version + " SICK=/run/" + name + "-" + version + "-is-sick");
        app.readiness =
                new Readiness(new HttpProbe(port, "/"), null, null, Duration.ofSeconds(1), Duration.ofSeconds(4));
        return app;
    }

    private static void makeSick(App app, String version) {
        on.host.write("/run/" + app.name + "-" + version + "-is-sick", "");
    }

    /// Connections are never refused or cut, whatever they are answered.
    private static void noneIsLost(Counted counted) {
        assertThat(counted.failed() - counted.failed("status"))
                .as("%s", counted)
                .isZero();
    }

    private static void serves(App app, String version) throws Exception {
        on.converge();
        assertThat(on.get(app)).contains("200 OK").contains("\n" + version + " ");
        assertThat(on.running(app)).containsExactly(on.current(app));
        assertThat(on.environment(app)).contains("VERSION=" + version);
    }

    @Test
    void whatGetsSickWhenItHasTakenOverIsSwappedBack() throws Exception {
        var app = probed("turns", 8501, "1");
        try (var _ = HostPort.of(on.host, app.port)) {
            on.apply(app);
            on.desire(probed("turns", 8501, "2"));

            var counted = on.underLoad(app, () -> {
                on.agent.door.meanwhile = call -> {
                    if (call.startsWith("drain")) {
                        makeSick(app, "2");
                    }
                };
                on.agent.pass();
                on.agent.door.meanwhile = _ -> {};
                assertThat(on.agent.condition("turns", "Healthy")).isEqualTo("False ProbeFailed");
                assertThat(on.environment(app)).as("it had taken over").contains("VERSION=2");
                on.agent.pass();
            });

            noneIsLost(counted);
            assertThat(counted.failed("status")).as("%s", counted).isPositive();
            assertThat(on.step(app)).startsWith("Swap");
            assertThat(on.agent.condition("turns", "Synced")).isEqualTo("False Reverted");
            assertThat(on.agent.condition("turns", "Healthy")).isEqualTo("False ProbeFailed");
            serves(app, "1");
        }
    }

    @Test
    void whatIsSickFromTheBeginningDoesNotStay() throws Exception {
        var app = probed("born", 8502, "1");
        makeSick(app, "2");
        try (var _ = HostPort.of(on.host, app.port)) {
            on.apply(app);
            on.desire(probed("born", 8502, "2"));

            // The old one's answers may carry it over the commit; then it is swapped back.
            var counted = on.underLoad(app, () -> {
                on.agent.pass();
                assertThat(on.agent.condition("born", "Healthy")).isIn(SICK);
                on.agent.pass();
            });

            noneIsLost(counted);
            assertThat(on.agent.condition("born", "Synced")).isEqualTo("False Reverted");
            assertThat(on.agent.condition("born", "Healthy")).isIn(SICK);
            serves(app, "1");
        }
    }

    @Test
    void aSickOldProcessDoesNotKeepItsCureOut() throws Exception {
        var app = probed("cured", 8503, "1");
        try (var _ = HostPort.of(on.host, app.port)) {
            on.apply(app);
            makeSick(app, "1");

            on.apply(probed("cured", 8503, "2"));

            assertThat(on.step(app)).startsWith("Swap");
            assertThat(on.agent.condition("cured", "Healthy")).isEqualTo("True UnitsHealthy");
            serves(app, "2");
        }
    }
}
