package dev.underway.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.plan.Desired.DesiredSet;
import dev.underway.plan.Step.Swap;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// In which order swaps and other steps come. What a swap publishes is what it was before for everybody else until
/// the swap is committed: whoever shall run the new one is started after that.
class SwapOrderTest {
    /// A set of a swappable service and what is beside it.
    private static final String WEB = "web.socket[ListenStream=80] "
            + "web.service[Type=notify;WantedBy=x.target;ExecStart=/opt/web/run%s] /opt/web<-%s %s";

    private final ModelHost host = new ModelHost();

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # when                                    | web's own   | before                                                                 | now                                                                    | steps
        a oneshot runs the program that is swapped |            | m.service{state=Running}[Type=oneshot;ExecStart=/opt/web/migrate]      | m.service{state=Running}[Type=oneshot;ExecStart=/opt/web/migrate]      | Swap web.service, Start m.service
        a new service runs it                     |             |                                                                        | worker.service[ExecStart=/opt/web/work]                                | +worker.service, DaemonReload, Swap web.service, Start worker.service
        a service that runs it is restarted       |             | worker.service[ExecStart=/opt/web/work]                                | worker.service[ExecStart=/opt/web/work]                                | Swap web.service, Restart worker.service (dropped)
        a service that needs the late one is late |             | m.service{state=Running}[Type=oneshot;ExecStart=/opt/web/migrate]      | m.service{state=Running}[Type=oneshot;ExecStart=/opt/web/migrate] b.service[ExecStart=/b;Requires=m.service] | +b.service, DaemonReload, Swap web.service, Start m.service, Start b.service
        what is not of the program comes first    |             |                                                                        | db.service[ExecStart=/db]                                              | +db.service, DaemonReload, Start db.service, Swap web.service
        a new socket comes first                  |             |                                                                        | adm.socket[ListenStream=81] adm.service[ExecStart=/opt/web/adm]        | +adm.service +adm.socket, DaemonReload, Start adm.socket, Swap web.service
        web itself comes after the oneshot        | ;After=m.service | m.service{state=Running}[Type=oneshot;ExecStart=/opt/web/migrate] | m.service{state=Running}[Type=oneshot;ExecStart=/opt/web/migrate]      | +web-d3.service +web-d3.service.d/0-underway-live.conf +web.service +/opt/web, DaemonReload, Start m.service, Start web.service, Drain web.service
        the oneshot says so                       |             | m.service{state=Running}[Type=oneshot;ExecStart=/opt/web/migrate;Before=web.service] | m.service{state=Running}[Type=oneshot;ExecStart=/opt/web/migrate;Before=web.service] | +web-d3.service +web-d3.service.d/0-underway-live.conf +web.service +/opt/web, DaemonReload, Start m.service, Start web.service, Drain web.service
        it comes after one that runs already      | ;After=worker.service | worker.service[ExecStart=/opt/web/work]                      | worker.service[ExecStart=/opt/web/work]                                | Swap web.service, Restart worker.service (dropped)
        """)
    void whoeverRunsThePublishedProgramIsStartedAfterTheSwap(
            String when, String own, String before, String now, String steps) {
        converge(Sketch.set(web(own, "1", before)));
        converge(Sketch.set(web(own, "2", before)));

        var plan = plan(Sketch.set(web(own, "3", now)));

        assertThat(names(plan)).as(when).isEqualTo(steps);
        converge(Sketch.set(web(own, "3", now)));
        converge(Sketch.set(web(own, "3", now)));
        assertThat(Stale.of(host, new Desired(List.of(Sketch.set(web(own, "3", now))), List.of())))
                .isEmpty();
    }

    @Test
    void saysWhatHadToRunFirst() {
        var migrate = "m.service{state=Running}[Type=oneshot;ExecStart=/opt/web/migrate]";
        converge(Sketch.set(web(";After=m.service", "1", migrate)));

        var plan = plan(Sketch.set(web(";After=m.service", "2", migrate)));

        assertThat(plan.steps().stream()
                        .filter(step ->
                                step instanceof Step.Start start && start.unit().equals("web.service"))
                        .map(Step::because))
                .containsExactly("/opt/web changed; not swapped: m.service must run the new /opt/web first");
    }

    @Test
    void theSwapsOfASetComeTogether() {
        DesiredSet[] first = {behindASocket("x", "/1", "a", "c"), behindASocket("y", "/1", "b")};
        DesiredSet[] second = {behindASocket("x", "/2", "a", "c"), behindASocket("y", "/2", "b")};
        converge(first);

        var plan = plan(second);

        assertThat(plan.steps().stream()
                        .filter(Swap.class::isInstance)
                        .map(Swap.class::cast)
                        .map(Swap::unit))
                .containsExactly("a.service", "c.service", "b.service");
    }

    private static DesiredSet behindASocket(String set, String command, String... names) {
        var units = Stream.of(names)
                .map(name -> "%s.socket[ListenStream=/%s] %s.service[Type=notify;WantedBy=x.target;ExecStart=%s]"
                        .formatted(name, name, name, command))
                .toList();
        return Sketch.set(set, set.equals("x") ? 1 : 2, String.join(" ", units));
    }

    private static String web(String own, String version, String others) {
        return WEB.formatted(own == null ? "" : own, version, others == null ? "" : others);
    }

    /// The digests of instances are named by what they are the program of, here always the third.
    private static String names(Plan plan) {
        return Steps.of(plan).replaceAll("web-[0-9a-f]{10}", "web-d3").replaceAll("Tidy [^,]*, ", "");
    }

    private Plan plan(DesiredSet... sets) {
        var desired = new Desired(List.of(sets), List.of());
        return Planner.plan(desired, host.observe(desired));
    }

    private Plan converge(DesiredSet... sets) {
        return host.converge(new Desired(List.of(sets), List.of()));
    }
}
