package dev.underway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Assignment;
import dev.underway.model.Condition;
import dev.underway.model.Hold;
import dev.underway.model.Host;
import dev.underway.model.Metadata;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FleetStatusTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    @Test
    void showsOneLineForEachSetOnEachHostAndIdleHostsLast() {
        var rows = FleetStatus.rows(
                List.of(
                        assignment("web", "b", 1, status(1, "True", "Synced", "False", "UnitFailed")),
                        assignment("web", "a", 1, status(1, "True", "Synced", "True", "Steady"))),
                List.of(host("idle", "True", "Lease"), host("a", "True", "Lease"), host("b", "True", "Lease")),
                NOW);

        assertThat(FleetStatus.table(rows, false, NOW)).isEqualTo("""
            NAMESPACE   UNITSET   HOST   REVISION   SYNCED   HEALTHY   REASON            AS OF
            shop        web       a      web-1      True     True      -                 5s ago
            shop        web       b      web-1      True     False     UnitFailed        5s ago
            -           -         idle   -          -        -         NothingAssigned   never
            """);
    }

    @Test
    void anAnswerToAnOlderQuestionCountsAsUnknown() {
        var rows = FleetStatus.rows(
                List.of(assignment("web", "a", 2, status(1, "True", "Synced", "True", "Steady"))),
                List.of(host("a", "True", "Lease")),
                NOW);

        assertThat(rows).singleElement().satisfies(row -> {
            assertThat(row.synced()).isEqualTo(Condition.Status.Unknown);
            assertThat(row.healthy()).isEqualTo(Condition.Status.Unknown);
            assertThat(row.reasons()).containsExactly("NotReported");
        });
    }

    @Test
    void aHoldOfAHostIsShownUntilItEnds() {
        var hold = new Hold("disk", NOW.plusSeconds(60), "ann");
        var held = new Host(
                host("a", "True", "Lease").metadata(),
                new Host.Spec(null, null, hold),
                host("a", "True", "Lease").status());

        assertThat(FleetStatus.rows(List.of(), List.of(held), NOW))
                .singleElement()
                .satisfies(row -> {
                    assertThat(row.reasons()).containsExactly("NothingAssigned", "Held");
                    assertThat(row.message()).isEqualTo("held by ann until 2026-11-22T12:01:00Z: disk");
                });
        assertThat(FleetStatus.rows(List.of(), List.of(held), NOW.plusSeconds(61)))
                .singleElement()
                .satisfies(row -> assertThat(row.reasons()).containsExactly("NothingAssigned"));
    }

    @ParameterizedTest
    @CsvSource({"Stopped, Drained, its units are to be stopped: disk", ", Cordoned, it takes no new work: disk"})
    void aHostThatGetsNoWorkSaysSoThoughAllIsWellThere(Host.Drain drain, String reason, String message) {
        var host = new Host(
                host("a", "True", "Lease").metadata(),
                new Host.Spec(true, "disk", null, drain),
                host("a", "True", "Lease").status());
        var busy = assignment("web", "a", 1, status(1, "True", "Synced", "True", "Steady"));

        assertThat(FleetStatus.rows(List.of(busy), List.of(host), NOW))
                .singleElement()
                .satisfies(row -> {
                    assertThat(row.reasons()).containsExactly(reason);
                    assertThat(row.message()).isEqualTo(message);
                });
        assertThat(FleetStatus.rows(List.of(), List.of(host), NOW))
                .singleElement()
                .satisfies(row -> {
                    assertThat(row.reasons()).containsExactly("NothingAssigned", reason);
                    assertThat(row.message()).isEqualTo(message);
                });
    }

    @Test
    void aSilentHostIsNamedBesideItsLastAnswer() {
        var rows = FleetStatus.rows(
                List.of(assignment("web", "a", 1, status(1, "True", "Synced", "True", "Steady"))),
                List.of(host("a", "Unknown", "LeaseExpired")),
                NOW);

        assertThat(rows).singleElement().satisfies(row -> {
            assertThat(row.synced()).isEqualTo(Condition.Status.True);
            assertThat(row.reasons()).containsExactly("LeaseExpired");
        });
    }

    @Test
    void whatDrainsIsShownWhereThereIsNoTrouble() {
        var old = new Assignment.Draining("web-1.service", NOW.minusSeconds(12));
        var unit = new Assignment.UnitReport(
                "web.service",
                "active",
                "running",
                7L,
                null,
                true,
                null,
                List.of(old, Assignment.Draining.of("web-0.service")));
        var well = status(1, "True", "Synced", "True", "Steady");
        var draining = new Assignment.Status(1L, "web-1", well.conditions(), null, List.of(unit), well.reportedAt());

        var rows = FleetStatus.rows(List.of(assignment("web", "a", 1, draining)), List.of(), NOW);

        assertThat(FleetStatus.table(rows, true, NOW))
                .contains("web-1.service drains, first heard of 12s ago; web-0.service drains\n");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0s ago",
        "-3, 0s ago",
        "119, 119s ago",
        "120, 2m ago",
        "7199, 119m ago",
        "7200, 2h ago",
        "172800, 2d ago"
    })
    void agesAreInTheLargestUnitThatSaysSomething(long seconds, String printed) {
        assertThat(FleetStatus.age(NOW.minusSeconds(seconds), NOW)).isEqualTo(printed);
    }

    private static Assignment assignment(String unitSet, String host, long generation, Assignment.Status status) {
        var metadata = new Metadata(
                Assignment.name(unitSet, host),
                null,
                "shop",
                null,
                null,
                generation,
                null,
                null,
                null,
                null,
                null,
                null);
        return new Assignment(
                metadata, new Assignment.Spec(unitSet, null, host, unitSet + "-1", "d", null, null), status);
    }

    private static Assignment.Status status(
            long generation, String synced, String syncedReason, String healthy, String healthyReason) {
        return new Assignment.Status(
                generation,
                "web-1",
                List.of(condition("Synced", synced, syncedReason), condition("Healthy", healthy, healthyReason)),
                null,
                null,
                NOW.minusSeconds(5));
    }

    private static Host host(String name, String ready, String reason) {
        return new Host(
                Metadata.named(null, name),
                null,
                new Host.Status(null, null, null, null, List.of(condition("Ready", ready, reason))));
    }

    private static Condition condition(String type, String status, String reason) {
        return Condition.of(type, Condition.Status.valueOf(status), reason, reason + ".");
    }
}
