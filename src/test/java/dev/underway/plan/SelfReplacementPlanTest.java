package dev.underway.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.plan.Observed.Processes;
import dev.underway.plan.Step.OfUnit;
import dev.underway.plan.Step.Program;
import dev.underway.plan.Step.Reload;
import dev.underway.plan.Step.Replacement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `update: Reload`, of which the author says that the service replaces its program when it is reloaded. How sets are
/// written: [Sketch].
class SelfReplacementPlanTest {
    private static final String UNIT = "web.service{update=Reload}";

    private final ModelHost host = new ModelHost();

    private static Desired desired(String sketch) {
        return new Desired(List.of(Sketch.set(sketch)), List.of());
    }

    private Plan plan(String sketch) {
        return Planner.plan(desired(sketch), host.observe(desired(sketch)));
    }

    private static String actions(Plan plan) {
        return plan.steps().stream()
                .filter(OfUnit.class::isInstance)
                .map(step -> step.action() + ": " + step.because() + replaced(step))
                .collect(Collectors.joining("; then "));
    }

    private static String replaced(Step step) {
        return step instanceof Reload reload && reload.replacement() != null
                ? reload.replacement().programs().stream()
                        .map(Program::file)
                        .map(file -> file.replaceFirst("/store/.*?/", "/store/HASH/"))
                        .collect(Collectors.joining(" ", " [", "]"))
                : "";
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # when                       | policy                            | service                                               | files            | now              | steps
        its program                  | update=Reload                     | ExecStart=/opt/run;ExecReload=/r                      | /opt/run=1       | /opt/run=2       | Reload: /opt/run changed; the service replaces itself on reload [/opt/run]
        an artifact with its program | update=Reload                     | ExecStart=/opt/web/run;ExecReload=/r                  | /opt/web<-1      | /opt/web<-2      | Reload: /opt/web changed; the service replaces itself on reload [/store/HASH/run]
        an artifact it runs by name  | update=Reload                     | ExecStart=/bin/x_/opt/web/m.py;ExecReload=/r          | /opt/web<-1      | /opt/web<-2      | Reload: /opt/web changed; the service replaces itself on reload [/store/HASH/m.py]
        an artifact it only reads    | update=Reload,reloadOn=/opt/site  | ExecStart=/bin/x_/opt/site/c;ExecReload=/r            | /opt/site<-1     | /opt/site<-2     | Reload: /opt/site changed
        the program and a file       | update=Reload                     | ExecStart=/opt/run;ExecReload=/r                      | /opt/run=1 /e/c=1 | /opt/run=2 /e/c=2 | Reload: /e/c changed, /opt/run changed; the service replaces itself on reload [/opt/run]
        a file alone                 | update=Reload                     | ExecStart=/opt/run;ExecReload=/r                      | /opt/run=1 /e/c=1 | /opt/run=1 /e/c=2 | Reload: /e/c changed
        by Type=notify-reload        | update=Reload                     | ExecStart=/opt/run;Type=notify-reload                 | /opt/run=1       | /opt/run=2       | Reload: /opt/run changed; the service replaces itself on reload [/opt/run]
        it cannot reload             | update=Reload                     | ExecStart=/opt/run                                    | /opt/run=1       | /opt/run=2       | Wait: pending restart: /opt/run changed
        restartOn says otherwise     | update=Reload,restartOn=/opt/run  | ExecStart=/opt/run;ExecReload=/r                      | /opt/run=1       | /opt/run=2       | Wait: pending restart: /opt/run changed
        only a start executes it     | update=Reload                     | ExecStart=/a;ExecStartPre=/opt/run;ExecReload=/r      | /opt/run=1       | /opt/run=2       | Wait: pending restart: /opt/run changed
        only a start reads it        | update=Reload                     | ExecStart=/opt/run;EnvironmentFile=/opt/e;ExecReload=/r | /opt/e=1       | /opt/e=2         | Wait: pending restart: /opt/e changed
        in the artifact is a part that only a start reads | update=Reload | ExecStart=/opt/w/run;EnvironmentFile=/opt/w/e;ExecReload=/r | /opt/w<-1 | /opt/w<-2 | Wait: pending restart: /opt/w changed
        both kinds                   | update=Reload                     | ExecStart=/opt/run;EnvironmentFile=/opt/e;ExecReload=/r | /opt/e=1 /opt/run=1 | /opt/e=2 /opt/run=2 | Wait: pending restart: /opt/e changed; then Reload: /opt/run changed; the service replaces itself on reload [/opt/run]
        nobody says so               | update=Auto                       | ExecStart=/opt/run;ExecReload=/r                      | /opt/run=1       | /opt/run=2       | Restart: /opt/run changed
        the author defers            | update=Defer                      | ExecStart=/opt/run;ExecReload=/r                      | /opt/run=1       | /opt/run=2       | Wait: pending restart: /opt/run changed
        """)
    void aReloadTakesTheProgramWhereTheAuthorAllowsNoMore(
            String when, String policy, String service, String files, String now, String steps) {
        String unit = "web.service{" + policy + "}[" + service + "] ";
        host.converge(desired(unit + files));

        assertThat(actions(plan(unit + now))).as(when).isEqualTo(steps);
    }

    @Test
    void aCommandThatChangedStaysPendingBesideIt() {
        host.converge(desired(UNIT + "[ExecStart=/opt/run;ExecReload=/r] /opt/run=1"));

        var plan = plan(UNIT + "[ExecStart=/opt/run_-v;ExecReload=/r] /opt/run=2");

        assertThat(actions(plan))
                .isEqualTo("Wait: pending restart: ExecStart= /opt/run → /opt/run -v; then "
                        + "Reload: /opt/run changed; the service replaces itself on reload [/opt/run]");
    }

    @Test
    void theNewProgramHasTheTimeOfATrial() {
        host.converge(desired(UNIT + "[ExecStart=/opt/run;ExecReload=/r] /opt/run=1"));

        var plan = plan(UNIT + "[ExecStart=/opt/run;ExecReload=/r] /opt/run=2");

        assertThat(plan.steps())
                .contains(new Reload(
                        "web.service",
                        "/opt/run changed; the service replaces itself on reload",
                        null,
                        new Replacement(List.of(new Program("/opt/run", "/opt/run")), Duration.ofSeconds(60))));
    }

    /// Whoever goes on reloads once more rather than not at all, and the end is the same.
    @Test
    void aKillAtAnyStepLosesNoReload() {
        var before = desired(UNIT + "[ExecStart=/opt/run;ExecReload=/r] /opt/run=1");
        var now = desired(UNIT + "[ExecStart=/opt/run;ExecReload=/r] /opt/run=2");
        for (int steps = 0; steps <= 2; steps++) {
            for (boolean unrecorded : List.of(false, true)) {
                var killed = new ModelHost();
                killed.converge(before);
                killed.converge(now, new ModelHost.Kill(steps, unrecorded));

                var rest = killed.converge(now);

                boolean recorded = steps == 2 && !unrecorded;
                assertThat(actions(rest))
                        .as("%s steps, unrecorded: %s", steps, unrecorded)
                        .isEqualTo(
                                recorded
                                        ? ""
                                        : "Reload: /opt/run changed; the service replaces itself on reload [/opt/run]");
                assertThat(actions(killed.converge(now))).isEmpty();
                assertThat(killed.starts).containsEntry("web.service", 1);
            }
        }
    }

    /// The file that was written before a kill makes the process look outdated, which the reload is about to mend.
    @Test
    void aProgramThatIsReplacedAlreadyIsNoReasonToWait() {
        String sketch = UNIT + "[ExecStart=/opt/run;ExecReload=/r] /opt/run=";
        host.converge(desired(sketch + 1));
        host.converge(desired(sketch + 2), new ModelHost.Kill(1, false));

        var plan = Planner.plan(desired(sketch + 2), outdated(host.observe(desired(sketch + 2))));

        assertThat(actions(plan))
                .isEqualTo("Reload: /opt/run changed; the service replaces itself on reload [/opt/run]");
    }

    @Test
    void aProgramThatSomebodyElseReplacedIsNoBusinessOfTheSets() {
        String sketch = UNIT + "[ExecStart=/opt/run;ExecReload=/r]";
        host.converge(desired(sketch));

        var plan = Planner.plan(desired(sketch), outdated(host.observe(desired(sketch))));

        assertThat(actions(plan)).isEqualTo("Wait: pending restart: its program was replaced on the host (upgraded?)");
    }

    /// It is put back and read again, but nobody is blamed for what it does with it.
    @Test
    void aProgramThatSomebodyEditedIsPutBack() {
        String sketch = UNIT + "[ExecStart=/opt/run;ExecReload=/r] /opt/run=1";
        host.converge(desired(sketch));
        host.write("/opt/run", "by hand");

        assertThat(actions(plan(sketch))).isEqualTo("Reload: /opt/run was put back, and may have been read meanwhile");
    }

    /// It was an instance under another policy, and has a program of its own until it is started anew.
    @Test
    void anInstanceCannotTakeAnotherProgram() {
        String service = "[Type=notify;ExecStart=/opt/run;ExecReload=/r;WantedBy=x.target]";
        String socket = "web.socket[ListenStream=80] ";
        host.converge(desired(socket + "web.service" + service + " /opt/run=1"));

        var plan = plan(socket + UNIT + service + " /opt/run=2");

        assertThat(actions(plan)).startsWith("Wait: pending restart: /opt/run changed");
    }

    private static Observed outdated(Observed seen) {
        return new Observed(
                seen.paths(),
                seen.units(),
                seen.inventory(),
                seen.storePaths(),
                new Processes(Set.of("web.service"), Map.of(), Map.of(), Map.of()));
    }
}
