package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.agent.Cuts.Change;
import dev.underway.model.Proxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/// The agent is killed, or the host loses power, between any two things that a switch of a proxy asks of systemd and
/// the disk: the proxy leads to a process that serves, and for a killed agent no request fails.
@Tag("e2e")
class ProxyKillTest {
    private static final int PORT = 9400;

    @AutoClose
    private static final SwapHost on = SwapHost.boot();

    /// The agent out here asks whether ports open; what answers inside is what the load client sees.
    private static final List<ServerSocket> open = new ArrayList<>();

    private static int apps;

    @BeforeAll
    static void prepare() throws IOException {
        on.host.writeExecutable(ProxiedApp.PLACE, ProxiedApp.PROGRAM);
        for (int port = PORT; port < PORT + 3; port++) {
            open.add(new ServerSocket(port, 1024, InetAddress.getLoopbackAddress()));
        }
    }

    @AfterAll
    static void close() throws IOException {
        for (var each : open) {
            each.close();
        }
    }

    @TestFactory
    Stream<DynamicTest> aSwitchIsCut() throws Exception {
        var cuts = new Cuts(on, _ -> new Switch("proxied" + apps++));
        return Stream.concat(cuts.kills(), cuts.powerLosses());
    }

    private static final class Switch extends Change {
        Switch(String name) {
            super(app(name, "1"));
        }

        private static ProxiedApp app(String name, String version) {
            var app = new ProxiedApp(name, PORT, PORT + 1).version(version);
            app.probe = "tcp";
            app.drain = "1s";
            return app;
        }

        @Override
        void before() throws Exception {
            on.desire(app);
        }

        @Override
        void desire() throws Exception {
            on.desire(app(app.name, "2"));
        }

        @Override
        boolean isSilent() {
            return true;
        }

        /// Without an agent.
        @Override
        void isBooted(boolean committed) {
            serves(committed ? "2" : "1");
        }

        @Override
        void isDone() {
            serves("2");
            assertThat(on.agent.condition(app.name, "Synced")).isEqualTo("True AsDesired");
            assertThat(on.running(app)).contains(on.current(app)).noneMatch(unit -> unit.equals(app.unit()));
        }

        private void serves(String version) {
            var current = on.current(app);
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(on.get(app)).contains(version + " on " + Proxy.port(current)));
            assertThat(((ProxiedApp) app).led(on)).isEqualTo(Proxy.port(current));
        }
    }
}
