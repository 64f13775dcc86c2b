package dev.underway.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.plan.Desired.DesiredSet;
import dev.underway.plan.Observed.UnitStatus;
import dev.underway.plan.PathState.Other;
import dev.underway.plan.PathState.Symlink;
import dev.underway.plan.Plan.Withheld;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Sets that are not carried out on a host, and what they are told.
class AdmissionTest {
    private final ModelHost host = new ModelHost();

    @Test
    void withholdsTheYoungerOfTwoSetsThatClaimOnePath() {
        var plan = plan(Sketch.set("new", 2, "/etc/c=2 /etc/d=2"), Sketch.set("old", 1, "/etc/c=1"));

        assertThat(Steps.of(plan)).isEqualTo("+/etc/c");
        assertThat(plan.withheld())
                .containsExactly(Map.entry(
                        Sketch.id("new"),
                        new Withheld(
                                "Conflict",
                                "shop/new and shop/old both claim path /etc/c; shop/old is older and has it. "
                                        + "Remove it from one of them.")));
    }

    @Test
    void withholdsTheYoungerOfTwoSetsThatClaimOneUnit() {
        host.vendor("nginx.service", Sketch.text("service", "ExecStart=/n;ExecReload=/r"));

        var plan = plan(Sketch.set("new", 2, "nginx.service"), Sketch.set("old", 1, "nginx.service"));

        assertThat(plan.withheld().get(Sketch.id("new")).message()).contains("both claim unit nginx.service");
    }

    @Test
    void whatAnOlderSetClaimsStaysClaimedWhileItIsWithheldItself() {
        host.write("/etc/d", "theirs");

        var plan = plan(Sketch.set("old", 1, "/etc/c=1 /etc/d=1"), Sketch.set("new", 2, "/etc/c=2"));

        assertThat(plan.withheld().keySet()).containsExactly(Sketch.id("new"), Sketch.id("old"));
        assertThat(plan.isEmpty()).isTrue();
    }

    @Test
    void whatASetThatIsHeldBackWantsOrHasIsNobodyElses() {
        var why = new Withheld("FetchFailed", "its server is away");
        host.converge(new Desired(List.of(Sketch.set("old", 1, "/etc/had=1")), List.of()));
        var old = Sketch.set("old", 1, "/etc/wanted=1");
        var rivals = List.of(
                old, Sketch.set("a", 2, "/etc/wanted=2"), Sketch.set("b", 2, "/etc/had=2"), Sketch.set("c", 2, "/x=1"));

        var desired = new Desired(rivals, List.of(), Map.of(old.id(), why));
        var plan = Planner.plan(desired, host.observe(desired));

        assertThat(Steps.of(plan)).isEqualTo("+/x");
        assertThat(plan.withheld()).containsEntry(old.id(), why);
        assertThat(plan.withheld().get(Sketch.id("a")).message()).contains("shop/old", "/etc/wanted");
        assertThat(plan.withheld().get(Sketch.id("b")).message()).contains("shop/old", "/etc/had");
    }

    @Test
    void aSetWhoseContentIsNotKnownKeepsWhatItHas() {
        host.converge(new Desired(List.of(Sketch.set("old", 1, "/etc/had=1 web.service[ExecStart=/a]")), List.of()));
        var why = new Withheld("ServerUnreachable", "its content is not here yet");

        var desired = new Desired(
                List.of(Sketch.set("new", 2, "/etc/had=2"), Sketch.set("other", 2, "web.service[ExecStart=/b]")),
                List.of(),
                Map.of(Sketch.id("old"), why));
        var plan = Planner.plan(desired, host.observe(desired));

        assertThat(plan.isEmpty()).isTrue();
        assertThat(plan.withheld().keySet())
                .as("the set that is not known is the agent's to report")
                .containsExactly(Sketch.id("new"), Sketch.id("other"));
    }

    @Test
    void doesNotOverwriteAFileThatIsNotOurs() {
        host.write("/etc/c", "theirs");

        var plan = plan(Sketch.set("/etc/c=1"));

        assertThat(plan.withheld().get(Sketch.id("web")))
                .isEqualTo(new Withheld(
                        "Conflict",
                        "/etc/c exists on the host and is not managed. "
                                + "Say adopt: true on the file to take it over, or move it away."));
    }

    @Test
    void takesOverAFileThatItIsToldToAdopt() {
        host.write("/etc/c", "theirs");

        assertThat(Steps.of(plan(Sketch.set("/etc/c=!1")))).isEqualTo("+/etc/c");
    }

    @Test
    void takesOverAFileThatIsAsDesiredAlready() {
        host.write("/etc/c", "1");

        var plan = plan(Sketch.set("/etc/c=1"));

        assertThat(plan.isEmpty()).isTrue();
        assertThat(plan.after().owned().get(Sketch.id("web")).paths()).containsKey("/etc/c");
    }

    @Test
    void doesNotOverwriteAUnitFileUnlessItIsAdopted() {
        host.write(UnitPaths.unitFile("web.service"), "[Service]\nExecStart=/theirs\n");

        assertThat(plan(Sketch.set("web.service[ExecStart=/a]"))
                        .withheld()
                        .get(Sketch.id("web"))
                        .message())
                .contains("adopt: true on the unit");
        assertThat(plan(Sketch.set("web.service{adopt=true}[ExecStart=/a]")).withheld())
                .isEmpty();
    }

    @Test
    void neverReplacesADirectory() {
        host.disk.put("/etc/c", new Other("directory"));

        assertThat(plan(Sketch.set("/etc/c=!1"))
                        .withheld()
                        .get(Sketch.id("web"))
                        .message())
                .isEqualTo("/etc/c is a directory on the host and is never replaced; move it away.");
    }

    @Test
    void aLinkThatSystemctlEnableMadeIsAsGoodAsOurs() {
        host.disk.put(
                UnitPaths.DIRECTORY + "x.target.wants/web.service", new Symlink("/etc/systemd/system/web.service"));

        assertThat(Steps.of(plan(Sketch.set("web.service[ExecStart=/a;WantedBy=x.target]"))))
                .isEqualTo("+web.service, DaemonReload, Start web.service");
    }

    @Test
    void aUnitWithoutContentMustExistOnTheHost() {
        assertThat(plan(Sketch.set("nginx.service")).withheld().get(Sketch.id("web")))
                .isEqualTo(new Withheld(
                        "UnitNotFound",
                        "nginx.service has no content and does not exist on the host. "
                                + "Install it, or give its content."));
    }

    @Test
    void aUnitWhoseContentWasTakenAwayDoesNotCountAsTheHosts() {
        converge(Sketch.set("web.service[ExecStart=/a]"));

        assertThat(plan(Sketch.set("web.service"))
                        .withheld()
                        .get(Sketch.id("web"))
                        .reason())
                .isEqualTo("UnitNotFound");
    }

    @Test
    void waitsForAnArtifactThatIsNotThere() {
        var desired = new Desired(List.of(Sketch.set("/opt/web<-1")), List.of());
        var observed = host.observe(desired);

        var plan =
                Planner.plan(desired, new Observed(observed.paths(), observed.units(), observed.inventory(), Map.of()));

        assertThat(plan.withheld().get(Sketch.id("web")).reason()).isEqualTo("ArtifactMissing");
        assertThat(plan.isEmpty()).isTrue();
    }

    @Test
    void refusesAnAliasThatIsAUnitOfItsOwn() {
        host.vendor("www.service", Sketch.text("service", "ExecStart=/n"));

        assertThat(plan(Sketch.set("web.service[ExecStart=/a;Alias=www.service]"))
                        .withheld()
                        .get(Sketch.id("web"))
                        .message())
                .isEqualTo("Alias=www.service of web.service is a unit of its own on the host; choose another alias.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        /run/systemd/transient/       | web.service[ExecStart=/a] | a transient unit                                         | Stop it ('systemctl stop web.service'), and whoever starts it by systemd-run
        /run/systemd/transient/       | web.service+10-x.conf[Nice=1] | a transient unit                                     | Stop it ('systemctl stop web.service'), and whoever starts it by systemd-run
        /run/systemd/generator.early/ | web.service[ExecStart=/a] | a unit that a generator makes                            | Take away what the generator makes it from
        /etc/systemd/system.control/  | web.service[ExecStart=/a] | a unit that was made through systemd's D-Bus interface   | Remove that file
        """)
    void refusesAUnitWhoseFileOutranksAnyOfOurs(String place, String sketch, String what, String remedy) {
        host.vendor("web.service", Sketch.text("service", "ExecStart=/n"));

        var withheld = planWithFileIn(place, Sketch.set(sketch)).withheld().get(Sketch.id("web"));

        assertThat(withheld.reason()).isEqualTo("Conflict");
        assertThat(withheld.message())
                .isEqualTo("web.service is " + what + " (" + place
                        + "web.service), which counts for more than anything in /etc/systemd/system/. " + remedy
                        + ", or give the unit of the set another name.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/run/systemd/system/", "/run/systemd/generator/", "/run/systemd/generator.late/"})
    void admitsAUnitWhoseFileGivesWayToOurs(String place) {
        host.vendor("web.service", Sketch.text("service", "ExecStart=/n"));

        assertThat(planWithFileIn(place, Sketch.set("web.service[ExecStart=/a]"))
                        .withheld())
                .isEmpty();
    }

    private Plan planWithFileIn(String place, DesiredSet set) {
        var desired = new Desired(List.of(set), List.of());
        var seen = host.observe(desired);
        var units = new TreeMap<>(seen.units());
        units.computeIfPresent("web.service", (_, unit) -> loadedFrom(place + "web.service", unit));
        return Planner.plan(desired, new Observed(seen.paths(), units, seen.inventory(), seen.storePaths()));
    }

    private static UnitStatus loadedFrom(String file, UnitStatus unit) {
        return new UnitStatus(
                unit.name(),
                unit.loadState(),
                unit.activeState(),
                unit.subState(),
                unit.unitFileState(),
                unit.mainPid(),
                unit.invocationId(),
                unit.nRestarts(),
                unit.result(),
                unit.canReload(),
                unit.knowsRefresh(),
                unit.needDaemonReload(),
                file,
                unit.fragmentText(),
                unit.jobType(),
                unit.startedAtMicros());
    }

    @Test
    void aWithheldSetKeepsWhatItHas() {
        converge(Sketch.set("/etc/c=1 web.service[ExecStart=/a]"));
        host.write("/etc/d", "theirs");

        var plan = plan(Sketch.set("/etc/c=2 /etc/d=1"));

        assertThat(plan.isEmpty()).isTrue();
        assertThat(plan.after()).isEqualTo(host.inventory);
    }

    private Plan plan(DesiredSet... sets) {
        var desired = new Desired(List.of(sets), List.of());
        return Planner.plan(desired, host.observe(desired));
    }

    private void converge(DesiredSet... sets) {
        host.converge(new Desired(List.of(sets), List.of()));
    }
}
