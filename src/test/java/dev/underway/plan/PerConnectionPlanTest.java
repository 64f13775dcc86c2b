package dev.underway.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Policy;
import dev.underway.model.Policy.UnitPolicy;
import dev.underway.model.UnitSetSpec.Readiness;
import dev.underway.model.UnitSetSpec.TcpProbe;
import dev.underway.plan.Desired.DesiredSet;
import dev.underway.plan.ModelHost.Kill;
import dev.underway.plan.Step.Renew;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a change does to a service of which every connection gets a process of its own.
class PerConnectionPlanTest {
    private static final String SOCKET = "l.socket[ListenStream=80;Accept=yes] ";

    private final ModelHost host = new ModelHost();

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # when                           | then                                         | now                                          | steps
        nothing differs                  | l@.service[ExecStart=/a]                     | l@.service[ExecStart=/a]                     | nothing
        the command                      | l@.service[ExecStart=/a]                     | l@.service[ExecStart=/b]                     | +l@.service, DaemonReload, Renew l.socket
        only words                       | l@.service[ExecStart=/a]                     | l@.service[ExecStart=/a;Description=b]       | +l@.service, DaemonReload
        a drop-in of the template        | l@.service[ExecStart=/a]                     | l@.service[ExecStart=/a]+10-a.conf[Nice=5]   | +l@.service.d/10-a.conf, DaemonReload, Renew l.socket
        a file that the command names    | l@.service[ExecStart=/a_/opt/l/c] /opt/l/c=1 | l@.service[ExecStart=/a_/opt/l/c] /opt/l/c=2 | +/opt/l/c, Renew l.socket
        the only service has all files   | l@.service[ExecStart=/a] /opt/l/c=1          | l@.service[ExecStart=/a] /opt/l/c=2          | +/opt/l/c, Renew l.socket
        its program is an artifact       | l@.service[ExecStart=/opt/l/a] /opt/l<-1     | l@.service[ExecStart=/opt/l/a] /opt/l<-2     | +/opt/l, Renew l.socket
        a file that nobody names         | l@.service[ExecStart=/a] w.service[ExecStart=/w] /e/c/c=1 | l@.service[ExecStart=/a] w.service[ExecStart=/w] /e/c/c=2 | +/e/c/c, Restart w.service (dropped)
        its own file beside a service    | l@.service[ExecStart=/a_/e/c/c] w.service[ExecStart=/w] /e/c/c=1 | l@.service[ExecStart=/a_/e/c/c] w.service[ExecStart=/w] /e/c/c=2 | +/e/c/c, Renew l.socket
        all shall be new                 | l@.service[ExecStart=/a]                     | l@.service[ExecStart=/a] restartedAt=2040-01-01T00:00:00Z | Renew l.socket
        """)
    void newConnectionsGetAChange(String when, String then, String now, String steps) {
        host.converge(desired(SOCKET + then));

        var plan = host.converge(desired(SOCKET + now));

        assertThat(Steps.of(plan)).isEqualTo(steps);
        assertThat(Steps.of(plan(SOCKET + now))).isEqualTo("nothing");
    }

    @Test
    void saysWhoGetsItAndWhoDoesNot() {
        host.converge(desired(SOCKET + "l@.service[ExecStart=/a]"));

        assertThat(because(plan(SOCKET + "l@.service[ExecStart=/b]")))
                .isEqualTo("ExecStart= /a → /b: new connections get it, and those that run finish on the version that"
                        + " they have");
    }

    @Test
    void aSocketThatIsStartedIsTriedForThat() {
        assertThat(Steps.of(plan(SOCKET + "l@.service[ExecStart=/a]")))
                .isEqualTo("+l.socket +l@.service, DaemonReload, Start l.socket");

        host.converge(desired(SOCKET + "l@.service[ExecStart=/a]"));
        var both = plan("l.socket[ListenStream=81;Accept=yes] l@.service[ExecStart=/b]");

        assertThat(Steps.of(both))
                .isEqualTo("+l.socket +l@.service, Stop l.socket (dropped), DaemonReload, Start l.socket");
    }

    @Test
    void everySocketOfATemplateIsTried() {
        var sockets = "l@1.socket[ListenStream=80;Accept=yes] l@2.socket[ListenStream=81;Accept=yes] ";
        host.converge(desired(sockets + "l@.service[ExecStart=/a]"));

        assertThat(Steps.of(plan(sockets + "l@.service[ExecStart=/b]")))
                .isEqualTo("+l@.service, DaemonReload, Renew l@1.socket, Renew l@2.socket");
        assertThat(Steps.of(plan(sockets.replace("81", "82") + "l@.service[ExecStart=/b]")))
                .isEqualTo("+l@.service +l@2.socket, Stop l@2.socket (dropped), DaemonReload, Start l@2.socket,"
                        + " Renew l@1.socket");
    }

    @Test
    void aSocketThatIsAdjustedStaysOpen() {
        host.converge(desired(SOCKET + "l@.service[ExecStart=/a]"));
        var both = "l.socket[ListenStream=80;Accept=yes;Backlog=9] l@.service[ExecStart=/b]";

        assertThat(Steps.of(host.converge(desired(both))))
                .isEqualTo("+l.socket +l@.service, DaemonReload, Adjust l.socket, Renew l.socket");
        assertThat(Steps.of(plan(both))).isEqualTo("nothing");
    }

    @Test
    void aSocketWithOneServiceForAllIsNoneOfThese() {
        host.converge(desired("l.socket[ListenStream=80] l@.service[ExecStart=/a] l.service[ExecStart=/s]"));

        assertThat(Steps.of(plan("l.socket[ListenStream=80] l@.service[ExecStart=/b] l.service[ExecStart=/s]")))
                .isEqualTo("+l@.service, DaemonReload");
    }

    @Test
    void whatSomebodyElseBroughtIsTakenOverAndChanged() {
        host.converge(desired(SOCKET + "l@.service[ExecStart=/a]"));
        host.inventory = Inventory.EMPTY;

        var same = plan(SOCKET + "l@.service[ExecStart=/a]");
        var another = plan("l.socket{adopt=yes}[ListenStream=80;Accept=yes] l@.service{adopt=yes}[ExecStart=/b]");

        assertThat(Steps.of(same)).isEqualTo("nothing");
        assertThat(Steps.of(another)).isEqualTo("+l@.service, DaemonReload, Renew l.socket");
    }

    /// Wherever an agent is killed before it has said so, the next one says so.
    @Test
    void aKillForgetsNothing() {
        var then = SOCKET + "l@.service[ExecStart=/a_/opt/l/c] /opt/l/c=1";
        var now = desired(SOCKET + "l@.service[ExecStart=/b_/opt/l/c] /opt/l/c=2");
        for (int steps = 0; steps < 3; steps++) {
            var cut = new ModelHost();
            cut.converge(desired(then));

            cut.converge(now, new Kill(steps, false));
            var again = cut.converge(now);

            assertThat(Steps.of(again)).describedAs("after %d steps", steps).endsWith("Renew l.socket");
            assertThat(Planner.plan(now, cut.observe(now)).isEmpty()).isTrue();
        }
    }

    @Test
    void aWithheldSetForgetsNothing() {
        var set = SOCKET + "l@.service[ExecStart=/a]";
        host.converge(desired(set));

        host.converge(new Desired(List.of(), List.of()));

        assertThat(Steps.of(plan(SOCKET + "l@.service[ExecStart=/b]")))
                .isEqualTo("+l@.service, DaemonReload, Renew l.socket");
    }

    @ParameterizedTest
    @CsvSource({"Accept=yes, true", "Accept=no, false"})
    void onlyASocketWithAProcessForEachConnectionIsProbed(String accept, boolean probed) {
        var set = Sketch.set("l.socket[ListenStream=80;" + accept + "] l@.service[ExecStart=/a]");
        var readiness = new Readiness(null, new TcpProbe(80), null, null, null);
        var policy = new UnitPolicy("l.socket", null, null, null, null, readiness, null);
        var desired = new Desired(
                List.of(new DesiredSet(
                        set.id(),
                        set.uid(),
                        set.since(),
                        set.revision(),
                        set.digest(),
                        set.content(),
                        new Policy(List.of(policy), null, null, null, null))),
                List.of());

        assertThat(Planner.plan(desired, host.observe(desired)).expected())
                .singleElement()
                .extracting(Expectation::isProbed)
                .isEqualTo(probed);
    }

    private Plan plan(String set) {
        var desired = desired(set);
        return Planner.plan(desired, host.observe(desired));
    }

    private static String because(Plan plan) {
        return plan.steps().stream()
                .filter(Renew.class::isInstance)
                .map(Step::because)
                .collect(Collectors.joining());
    }

    private static Desired desired(String sketch) {
        return new Desired(List.of(Sketch.set(sketch)), List.of());
    }
}
