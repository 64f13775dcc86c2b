package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.execute.Executed;
import dev.underway.agent.execute.Executed.Ending;
import dev.underway.agent.execute.Executed.StepResult;
import dev.underway.agent.execute.Executor;
import dev.underway.agent.execute.HostTools;
import dev.underway.agent.host.HostRoot;
import dev.underway.agent.host.Journal;
import dev.underway.agent.host.SafeFiles;
import dev.underway.agent.host.StateDirectory;
import dev.underway.agent.systemd.FakeSystemd;
import dev.underway.agent.verify.Verifier;
import dev.underway.plan.Inventory;
import dev.underway.plan.Inventory.Owned;
import dev.underway.plan.Plan;
import dev.underway.plan.SetId;
import dev.underway.plan.Step;
import dev.underway.plan.Step.Drain;
import dev.underway.plan.Step.Start;
import dev.underway.plan.Step.Turn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which instances are drained when another unit of their set fails before.
class DrainTest {
    @TempDir
    Path directory;

    @Test
    void anInstanceThatIsNotTheUnitAnyMoreIsDrainedAllTheSame() throws Exception {
        var executed = afterAFailedStart(Turn.AT_ONCE);

        assertThat(executed.results()).extracting(StepResult::ending).containsExactly(Ending.Failed, Ending.Done);
        assertThat(executed.failures()).hasSize(1);
    }

    @Test
    void oneWhoseSuccessorHasYetToComeIsLeftAlone() throws Exception {
        var executed = afterAFailedStart(Turn.LAST);

        assertThat(executed.results()).extracting(StepResult::ending).containsExactly(Ending.Failed, Ending.Skipped);
    }

    private Executed afterAFailedStart(Turn turn) throws Exception {
        var units = Files.createDirectories(directory.resolve("etc/systemd/system"));
        Files.writeString(units.resolve("worker.service"), "[Service]\nExecStart=/bin/false\n");
        Files.writeString(units.resolve("web-1.service"), "[Service]\nExecStart=/bin/sleep 9\n");
        var root = new HostRoot(directory);
        var systemd = new Interruptible(new FakeSystemd(units), directory, new Effects());
        systemd.daemonReload();
        systemd.start("web-1.service");
        var set = new SetId("shop", "web");
        var inventory = new Inventory(
                Map.of(set, new Owned("sha", Map.of(), Set.of("worker.service", "web.service"))), Map.of());
        var steps = List.<Step>of(
                new Start("worker.service", "does not run"), new Drain("web.service", "web-1.service", turn, "left"));
        try (var state = StateDirectory.open(root.resolve("/var/lib/underway"))) {
            var journal = new Journal(state);
            var executor = new Executor(
                    root,
                    new SafeFiles(root),
                    new HostTools(root),
                    systemd,
                    new Verifier(systemd),
                    journal,
                    () -> false);

            var executed = executor.execute(new Plan(steps, Map.of(), Map.of(), inventory, inventory, List.of()));

            assertThat(systemd.calls.contains("drain web-1.service")).isEqualTo(turn == Turn.AT_ONCE);
            return executed;
        }
    }
}
