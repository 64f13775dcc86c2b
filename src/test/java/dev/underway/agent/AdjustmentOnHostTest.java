package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.SwapHost.App;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// An open socket that could be adjusted only in part, on a booted systemd.
@Tag("e2e")
class AdjustmentOnHostTest {
    @AutoClose
    private static final SwapHost on = SwapHost.boot();

    /// The path comes before the port, and gets its mode; the kernel then refuses the other setting for the port.
    @Test
    void whatWasAdjustedBeforeTheKernelRefusedTheRestIsTakenBackWithTheRevision() throws Exception {
        var before = app();
        on.apply(before);
        on.converge();
        assertThat(place()).isEqualTo("666");
        var after = app();
        after.socket.add("SocketMode=0600");
        after.socket.add("KeepAliveTimeSec=86400");
        on.desire(after);

        on.agent.pass();
        assertThat(place()).as("adjusted in part").isEqualTo("600");
        on.converge();

        assertThat(on.agent.condition("partly", "Synced")).isEqualTo("False Reverted");
        assertThat(place()).isEqualTo("666");
        assertThat(on.get(before)).contains("1 ");
    }

    private static App app() {
        var app = new App("partly", 9710).version("1");
        app.socket.add("ListenStream=/run/partly.sock");
        return app;
    }

    private static String place() {
        return on.host.exec("stat", "--format=%a", "/run/partly.sock").strip();
    }
}
