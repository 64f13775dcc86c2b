package dev.underway.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Assignment;
import dev.underway.model.Assignment.Draining;
import dev.underway.model.Assignment.UnitReport;
import dev.underway.model.Codec;
import dev.underway.model.Kind;
import dev.underway.model.Metadata;
import dev.underway.server.store.Resource;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What becomes of the status that an agent reports.
class ReportsTest {
    private static final Instant FIRST = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant LATER = FIRST.plusSeconds(60);

    @Test
    void anInstanceThatDrainsIsStampedWhenItIsFirstHeardOf() throws Exception {
        var status = reported(null, units("[{\"instance\": \"web-1.service\"}]"), FIRST);
        assertThat(draining(status)).containsExactly(new Draining("web-1.service", FIRST));

        var next = reported(
                status, units("[{\"instance\": \"web-1.service\"}, {\"instance\": \"web-2.service\"}]"), LATER);

        assertThat(draining(next))
                .containsExactly(new Draining("web-1.service", FIRST), new Draining("web-2.service", LATER));
        assertThat(reported(next, units("null"), LATER).units().getFirst().draining())
                .isNull();
    }

    @Test
    void theNamesOfAnAgentOfBeforeAreUnderstood() throws Exception {
        var status = reported(null, units("[\"web-1.service\"]"), FIRST);

        assertThat(draining(status)).containsExactly(new Draining("web-1.service", FIRST));
    }

    @Test
    void theSameReportAgainChangesNothing() throws Exception {
        var status = reported(null, units("[{\"instance\": \"web-1.service\"}]"), FIRST);

        assertThat(reported(status, units("[{\"instance\": \"web-1.service\"}]"), LATER))
                .isEqualTo(status);
    }

    private static List<Draining> draining(Assignment.Status status) {
        return status.units().getFirst().draining();
    }

    private static UnitReport units(String draining) {
        return Codec.read("""
                {"name": "web.service", "active": "active", "sub": "running", "healthy": true, "draining": %s}
                """.formatted(draining).getBytes(StandardCharsets.UTF_8), UnitReport.class);
    }

    /// What is stored when an Assignment with the status `before` is reported with `unit`.
    private static Assignment.Status reported(Assignment.Status before, UnitReport unit, Instant now) throws Exception {
        var spec = new Assignment.Spec("web", FIRST, "host1", "web-1", "digest", null, null);
        var body = Codec.tree(new Assignment(Metadata.named("shop", "web.host1"), spec, before));
        body.withObject("/metadata").put("uid", "uid-1");
        var stored = new Resource(Resource.Key.of(Kind.ASSIGNMENT, "shop", "web.host1"), 1, body);
        var report = new Assignment.Status(1L, "web-1", List.of(), List.of(), List.of(unit), null);

        var next = Reports.status("host1", "uid-1", report, now).apply(stored);

        return Codec.read(next, Assignment.class).status();
    }
}
