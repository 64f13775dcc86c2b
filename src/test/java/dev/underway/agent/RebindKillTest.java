package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.Cuts.Change;
import dev.underway.agent.SwapHost.App;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/// The agent is killed, or the host loses power, between any two things that a change of a socket's addresses asks of
/// systemd and the disk. Nobody at the address that stays notices a killed agent, and a boot finds all addresses of
/// before or all of after.
@Tag("e2e")
class RebindKillTest {
    private static final int PORT = 9500;

    @AutoClose
    private static final SwapHost on = SwapHost.boot();

    private static int apps;

    /// One address comes, one stays and one goes, and all get another backlog.
    @TestFactory
    Stream<DynamicTest> aChangeOfAddressesIsCut() throws Exception {
        return new Cuts(on, _ -> new Moved("moved" + apps++)).some();
    }

    private static final class Moved extends Change {
        Moved(String name) {
            super(app(name, "1", PORT + 1));
        }

        private static App app(String name, String version, int other) {
            var app = new App(name, PORT).version(version);
            app.socket.add("ListenStream=127.0.0.1:" + other);
            return app;
        }

        @Override
        void before() throws Exception {
            on.desire(app);
        }

        @Override
        void desire() throws Exception {
            var after = app(app.name, "2", PORT + 2);
            after.socket.replaceAll(line -> line.startsWith("Backlog=") ? "Backlog=77" : line);
            on.desire(after);
        }

        @Override
        boolean isSilent() {
            return true;
        }

        @Override
        void isBooted(boolean committed) {
            assertThat(on.running(app)).hasSize(1);
            var version = committed ? "2 " : "[12] ";
            assertThat(on.get(PORT)).containsPattern(version);
            boolean old = !on.get(PORT + 1).isEmpty();
            boolean other = !on.get(PORT + 2).isEmpty();
            assertThat(other).as("at the new address, and not at the old one").isNotEqualTo(old);
            // Between two renames, the unit's and the socket's, a new process may come with the old addresses.
            assertThat(on.environment(app)).contains(other ? "VERSION=2" : "VERSION=");
        }

        @Override
        void isDone() {
            assertThat(on.get(PORT)).contains("2 ");
            assertThat(on.get(PORT + 1)).isEmpty();
            assertThat(on.get(PORT + 2)).contains("2 ");
            assertThat(on.agent.condition(app.name, "Synced")).isEqualTo("True AsDesired");
            assertThat(on.running(app)).containsExactly(on.current(app));
            for (int port : new int[] {PORT, PORT + 2}) {
                assertThat(on.host.exec("ss", "-Hlnt", "sport = :" + port).split("\\s+")[2])
                        .isEqualTo("77");
            }
        }
    }
}
