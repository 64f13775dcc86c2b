package dev.underway.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Policy;
import dev.underway.model.Revision.Content;
import dev.underway.model.Revision.UnitText;
import dev.underway.model.UnitSetSpec.ManagedFile;
import dev.underway.model.UnitSetSpec.UnitState;
import dev.underway.plan.Desired.DesiredSet;
import dev.underway.plan.Desired.RemovedSet;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// A forecast is the plan of a host that has what it reports to have.
class ForecastTest {
    private static final SetId ID = new SetId("default", "web");
    private static final String SOCKET = "[Socket]\nListenStream=8080\n";

    private static UnitText web(String version) {
        return new UnitText(
                "web.service",
                "[Service]\nType=notify\nExecStart=/opt/web\nEnvironment=VERSION=" + version + "\nRestart=always\n",
                null);
    }

    private static final UnitText WEB_SOCKET = new UnitText("web.socket", SOCKET, null);

    private static DesiredSet set(Policy policy, List<ManagedFile> files, UnitText... units) {
        return new DesiredSet(
                ID, "uid", Instant.EPOCH, "r", "digest", new Content(null, files, Arrays.asList(units)), policy);
    }

    private static DesiredSet set(UnitText... units) {
        return set(Policy.NONE, List.of(), units);
    }

    private static Desired desired(DesiredSet set) {
        return new Desired(List.of(set), List.of());
    }

    private static List<String> steps(@Nullable DesiredSet running, Map<String, String> active, Desired desired) {
        return Forecast.of(running, active, desired).steps().stream()
                .filter(Step.OfUnit.class::isInstance)
                .map(step -> step.action() + " " + ((Step.OfUnit) step).unit() + " "
                        + step.disruption().word())
                .toList();
    }

    @Test
    void startsWhatAHostDoesNotHaveYet() {
        var steps = steps(null, Map.of(), desired(set(WEB_SOCKET, web("1"))));

        assertThat(steps).containsExactly("Start web.socket none");
    }

    @Test
    void doesNothingWhereAHostRunsWhatIsWanted() {
        var plan = Forecast.of(
                set(WEB_SOCKET, web("1")),
                Map.of("web.service", "active", "web.socket", "active"),
                desired(set(WEB_SOCKET, web("1"))));

        assertThat(plan.steps()).isEmpty();
    }

    @Test
    void swapsBehindASocketAndSaysWhy() {
        var plan = Forecast.of(
                set(WEB_SOCKET, web("1")), Map.of("web.service", "active"), desired(set(WEB_SOCKET, web("2"))));

        assertThat(plan.steps())
                .filteredOn(Step.Swap.class::isInstance)
                .singleElement()
                .satisfies(step -> {
                    assertThat(step.because()).isEqualTo("Environment= changed");
                    assertThat(step.disruption()).isEqualTo(Disruption.NONE);
                });
    }

    @Test
    void saysThatARestartWithoutASocketDropsConnections() {
        var steps = steps(set(web("1")), Map.of("web.service", "active"), desired(set(web("2"))));

        assertThat(steps).containsExactly("Restart web.service dropped");
    }

    @Test
    void takesAUnitThatIsDownForDown() {
        var steps = steps(set(web("1")), Map.of("web.service", "failed"), desired(set(web("2"))));

        assertThat(steps).containsExactly("Start web.service none");
    }

    @Test
    void touchesAUnitThatIsOnlyWatchedIfItRuns() {
        var policy = new Policy(
                List.of(new Policy.UnitPolicy("web.service", null, UnitState.IfRunning, null, null, null, null)),
                null,
                null,
                null,
                null);

        var running = steps(
                set(policy, List.of(), web("1")),
                Map.of("web.service", "active"),
                desired(set(policy, List.of(), web("2"))));
        var stopped = steps(
                set(policy, List.of(), web("1")),
                Map.of("web.service", "inactive"),
                desired(set(policy, List.of(), web("2"))));

        assertThat(running).containsExactly("Restart web.service dropped");
        assertThat(stopped).isEmpty();
    }

    @Test
    void reloadsAUnitOfTheHostWhenItsAuthorSaysSo() {
        var policy = new Policy(
                List.of(new Policy.UnitPolicy(
                        "nginx.service", null, null, List.of("/etc/nginx/web.conf"), null, null, null)),
                null,
                null,
                null,
                null);
        var nginx = new UnitText("nginx.service", null, null);

        var steps = steps(
                set(policy, List.of(file("a")), nginx),
                Map.of("nginx.service", "active"),
                desired(set(policy, List.of(file("b")), nginx)));

        assertThat(steps).containsExactly("Reload nginx.service none");
    }

    @Test
    void changesNothingBecauseOfOwnersModesAndBytesThatAreTheSame() {
        var file = new ManagedFile("/etc/web.bin", "0640", "web", "www", null, "/wD+", null);

        var plan = Forecast.of(set(Policy.NONE, List.of(file)), Map.of(), desired(set(Policy.NONE, List.of(file))));

        assertThat(plan.steps()).isEmpty();
    }

    @Test
    void stopsWhatALeavingHostHas() {
        var steps = steps(
                set(WEB_SOCKET, web("1")),
                Map.of("web.service", "active", "web.socket", "active"),
                new Desired(List.of(), List.of(new RemovedSet(ID, false))));

        assertThat(steps)
                .contains("Stop web.socket dropped")
                .anyMatch(step -> step.matches("Stop web.*service dropped"));
    }

    private static ManagedFile file(String content) {
        return new ManagedFile("/etc/nginx/web.conf", null, null, null, content, null, null);
    }
}
