package dev.underway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.testing.HostLoad;
import dev.underway.testing.TestHost;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What a change of a service under load costs its clients, counted from inside the host while the real server and
/// agent make the change.
@Tag("e2e")
class SwapUnderLoadTest {
    private static final int SWAPS = 30;

    @AutoClose
    private static final Fleet fleet = Fleet.of(1);

    private static final TestHost host = fleet.host();

    @Test
    void noRequestFailsInThirtySwaps() {
        fleet.apply(Web.manifest(1, "200ms"));
        fleet.awaitSettled("web");
        var socket = Unit.on(host, "web.socket").invocation();

        HostLoad.Counted counted;
        try (var load = HostLoad.on(host, 8080, HostLoad.EVERY_SORT)) {
            for (int version = 2; version <= SWAPS + 1; version++) {
                load.between();
                load.during();
                fleet.apply(Web.manifest(version, "200ms"));
                fleet.awaitSettled("web");
                assertThat(fleet.plan("web", host)).contains("Swap web.service").doesNotContain("Restart web.service");
            }
            load.between();
            counted = load.stop();
        }

        assertThat(counted.failed())
                .describedAs(counted.report().toPrettyString())
                .isZero();
        // Each version has answered, so each change was one under load.
        assertThat(counted.answerers()).hasSize(SWAPS + 1);
        assertThat(Unit.on(host, "web.socket").invocation()).isEqualTo(socket);
        System.out.printf("web.service: %d requests, %d failed%n", counted.requests(), counted.failed());
    }
}
