package dev.underway.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.plan.Desired.DesiredSet;
import dev.underway.plan.Desired.RemovedSet;
import dev.underway.plan.Step.OfUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What the planner promises beyond the table of changes: [PlannerTableTest].
class PlannerTest {
    private static final String NGINX = "ExecStart=/n;ExecReload=/r";
    private static final Desired NOTHING = new Desired(List.of(), List.of());

    private final ModelHost host = new ModelHost();

    @Test
    void aFirstDeploymentWritesThenReadsThenStarts() {
        var plan = plan(Sketch.set(
                "web.socket[ListenStream=80;WantedBy=sockets.target] web.service[ExecStart=/a] /etc/web/c=1"));

        assertThat(Steps.of(plan))
                .isEqualTo("+sockets.target.wants/web.socket +web.service +web.socket +/etc/web/c, "
                        + "DaemonReload, Start web.socket");
    }

    @Test
    void aUnitOfTheHostIsReloadedBecauseOfAFileOfOurs() {
        host.vendor("nginx.service", Sketch.text("service", NGINX));
        String process = host.processes.get("nginx.service").invocation();

        var plan = converge(Sketch.set("nginx.service /etc/nginx/conf.d/web.conf=1"));

        assertThat(Steps.of(plan)).isEqualTo("+/etc/nginx/conf.d/web.conf, Reload nginx.service");
        assertThat(host.processes.get("nginx.service").invocation()).isEqualTo(process);
    }

    @Test
    void aUnitOfTheHostIsNotTouchedWithoutAChangeOfOurs() {
        host.vendor("nginx.service", Sketch.text("service", NGINX));
        host.write("/etc/nginx/conf.d/web.conf", "1");

        assertThat(plan(Sketch.set("nginx.service restartedAt=2026-01-01T00:00:00Z /etc/nginx/conf.d/web.conf=1"))
                        .isEmpty())
                .isTrue();
    }

    @Test
    void aUnitOfTheHostGivesUpWhatIsTakenFromIt() {
        host.vendor("nginx.service", Sketch.text("service", NGINX));
        var set = Sketch.set("nginx.service+10-n.conf[CPUWeight=50] /etc/nginx/conf.d/web.conf=1");
        converge(set);

        var plan = host.converge(removed(set, false));

        assertThat(Steps.of(plan))
                .isEqualTo(
                        "-nginx.service.d/10-n.conf -/etc/nginx/conf.d/web.conf, DaemonReload, Reload nginx.service");
        assertThat(host.inventory).isEqualTo(Inventory.EMPTY);
    }

    @Test
    void anAdoptedUnitIsNotRestartedWhenItsTextIsTheSame() {
        host.vendor("web.service", Sketch.text("service", "ExecStart=/a"));

        var plan = converge(Sketch.set("web.service[ExecStart=/a]"));

        assertThat(Steps.of(plan)).isEqualTo("+web.service, DaemonReload");
    }

    @Test
    void anAdoptedUnitIsRestartedWhenItsCommandDiffers() {
        host.vendor("web.service", Sketch.text("service", "ExecStart=/a"));

        var plan = converge(Sketch.set("web.service[ExecStart=/b]"));

        assertThat(Steps.of(plan)).isEqualTo("+web.service, DaemonReload, Restart web.service (dropped)");
    }

    @Test
    void aRemovedSetLeavesNothing() {
        var set = Sketch.set(
                "web.socket[ListenStream=80;WantedBy=s.target] web.service{state=Running}[ExecStart=/a] /e/c=1");
        converge(set);

        var plan = host.converge(removed(set, false));

        assertThat(Steps.of(plan))
                .isEqualTo("Stop web.socket (dropped), Stop web.service (dropped), "
                        + "-web.socket -web.service -s.target.wants/web.socket -/e/c, DaemonReload");
        assertThat(host.disk).isEmpty();
        assertThat(host.inventory).isEqualTo(Inventory.EMPTY);
    }

    @Test
    void aFailedUnitGoesWithItsSet() {
        var set = Sketch.set("web.service[ExecStart=/a]");
        converge(set);
        host.processes.clear();
        host.states.put("web.service", "failed");

        var plan = host.converge(removed(set, false));

        assertThat(Steps.of(plan)).isEqualTo("Stop web.service, -web.service, DaemonReload");
        assertThat(host.states).isEmpty();
    }

    @Test
    void anOrphanedSetIsOnlyForgotten() {
        var set = Sketch.set("web.service[ExecStart=/a] /etc/c=1");
        converge(set);

        var plan = host.converge(removed(set, true));

        assertThat(plan.isEmpty()).isTrue();
        assertThat(host.processes).containsKey("web.service");
        assertThat(host.inventory).isEqualTo(Inventory.EMPTY);
    }

    @Test
    void aSetThatIsNeitherDesiredNorRemovedIsLeftAlone() {
        converge(Sketch.set("web.service[ExecStart=/a] /etc/c=1"));
        var before = host.inventory;

        var plan = host.converge(NOTHING);

        assertThat(plan.isEmpty()).isTrue();
        assertThat(host.inventory).isEqualTo(before);
    }

    @Test
    void aPathThatMovesToAnotherSetIsNotRemoved() {
        var from = Sketch.set("from", 1, "/etc/c=1 /etc/d=1");
        converge(from);

        var plan = host.converge(new Desired(
                List.of(Sketch.set("to", 2, "/etc/c=2")), List.of(new RemovedSet(Sketch.id("from"), false))));

        assertThat(Steps.of(plan)).isEqualTo("+/etc/c, -/etc/d");
        assertThat(host.inventory.owned()).containsOnlyKeys(Sketch.id("to"));
    }

    @Test
    void saysOfEveryPathWhatIsDoneToIt() {
        converge(Sketch.set("/etc/a=1 /etc/b=1 /etc/c=1"));

        var plan = plan(Sketch.set("/etc/a=2 /etc/b(0600)=1 /etc/d=1 /etc/e=1"));

        assertThat(plan.steps().stream().map(Step::because))
                .containsExactly(
                        "/etc/a content changed, /etc/b mode 0644 → 0600, /etc/d is new and 1 more",
                        "/etc/c no longer part of shop/web");
    }

    @Test
    void whatIsUnderWayIsNeverInterrupted() {
        var set = Sketch.set("job.service[Type=oneshot;ExecStart=/a] job.timer[OnCalendar=daily]");
        converge(set);
        host.states.put("job.service", "activating");

        assertThat(Steps.of(plan(set))).isEqualTo("nothing");
        assertThat(because(plan(Sketch.set("job.service[Type=oneshot;ExecStart=/b] job.timer[OnCalendar=daily]"))))
                .isEqualTo("Wait job.service: is activating; then: ExecStart= /a → /b");
        assertThat(Steps.of(plan(Sketch.set("job.timer[OnCalendar=daily]")))).isEqualTo("Wait job.service");
    }

    @Test
    void aQueuedJobIsNotOvertaken() {
        converge(Sketch.set("web.service[ExecStart=/a]"));
        host.jobs.put("web.service", "restart");

        assertThat(because(plan(Sketch.set("web.service[ExecStart=/b]"))))
                .isEqualTo("Wait web.service: is waiting for a restart job; then: ExecStart= /a → /b");
    }

    @Test
    void anAliasOfARunningUnitWaits() {
        converge(Sketch.set("web.service[ExecStart=/a]"));

        var plan = plan(Sketch.set("web.service[ExecStart=/a;Alias=www.service]"));

        assertThat(Steps.of(plan)).isEqualTo("+web.service, DaemonReload, Wait web.service");
    }

    @Test
    void aRestartOfAFileSystemdHasNotReadYetReadsItFirst() {
        var set = Sketch.set("web.service[ExecStart=/a]");
        var desired = new Desired(List.of(set), List.of());
        host.converge(desired, new ModelHost.Kill(1, false));
        host.inventory = Inventory.EMPTY;

        assertThat(Steps.of(plan(set))).isEqualTo("DaemonReload, Start web.service");
    }

    @Test
    void aKillBetweenWriteAndDaemonReloadIsHealed() {
        converge(Sketch.set("web.service[ExecStart=/a]"));
        var changed = Sketch.set("web.service[ExecStart=/b]");
        host.converge(new Desired(List.of(changed), List.of()), new ModelHost.Kill(1, false));

        assertThat(Steps.of(plan(changed))).isEqualTo("DaemonReload, Restart web.service (dropped)");
    }

    @Test
    void aMaskedUnitOfTheHostIsNotStarted() {
        host.vendor("nginx.service", Sketch.text("service", NGINX));
        host.stop("nginx.service");
        var desired = new Desired(List.of(Sketch.set("nginx.service")), List.of());
        var observed = host.observe(desired);
        var status = observed.unit("nginx.service");
        var masked = new Observed.UnitStatus(
                status.name(),
                "masked",
                "inactive",
                "dead",
                "masked",
                0,
                "",
                0,
                "success",
                false,
                false,
                false,
                "",
                null,
                null,
                0);

        var plan = Planner.plan(
                desired, new Observed(observed.paths(), Map.of("nginx.service", masked), Inventory.EMPTY, Map.of()));

        assertThat(because(plan)).isEqualTo("Wait nginx.service: is masked on the host; systemctl unmask it");
    }

    private static String because(Plan plan) {
        return plan.steps().stream()
                .filter(OfUnit.class::isInstance)
                .map(OfUnit.class::cast)
                .map(step -> step.action() + " " + step.unit() + ": " + step.because())
                .findFirst()
                .orElse("nothing");
    }

    private static Desired removed(DesiredSet set, boolean orphan) {
        return new Desired(List.of(), List.of(new RemovedSet(set.id(), orphan)));
    }

    private Plan plan(DesiredSet... sets) {
        var desired = new Desired(List.of(sets), List.of());
        return Planner.plan(desired, host.observe(desired));
    }

    private Plan converge(DesiredSet... sets) {
        return host.converge(new Desired(List.of(sets), List.of()));
    }
}
