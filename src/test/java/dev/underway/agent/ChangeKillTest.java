package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.Cuts.Change;
import dev.underway.agent.SelfReplacingApp.How;
import dev.underway.agent.SwapHost.App;
import dev.underway.model.Revision.UnitText;
import dev.underway.model.UnitSetSpec.UpdateMode;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/// What [SwapKillTest] is for a swap, for every other change: a plain unit that becomes an instance, a restart with
/// files, a service that replaces itself, a unit that a set loses, a set that goes.
@Tag("e2e")
class ChangeKillTest {
    @AutoClose
    private static final SwapHost on = SwapHost.boot();

    private static int apps;

    private static App app(String name, String version, UpdateMode update) {
        var app = new App(name, 8300 + apps++).version(version).input(version);
        app.update = update;
        return app;
    }

    private static App next(App app, String version, UpdateMode update) {
        var next = new App(app.name, app.port).version(version).input(version);
        next.update = update;
        return next;
    }

    @TestFactory
    Stream<DynamicTest> aPlainUnitBecomesAnInstance() throws Exception {
        var cuts = new Cuts(on, Adoption::new);
        return Stream.concat(cuts.kills(), cuts.powerLosses());
    }

    private static final class Adoption extends Change {
        Adoption(int number) {
            super(app("adopt" + (100 + number), "1", UpdateMode.Restart));
        }

        @Override
        void before() throws Exception {
            on.desire(app);
        }

        @Override
        void desire() throws Exception {
            on.desire(next(app, "2", null));
        }

        @Override
        boolean isSilent() {
            return true;
        }

        @Override
        void isBooted(boolean committed) {
            assertThat(on.running(app)).hasSize(1);
            assertThat(on.environment(app)).contains("VERSION=" + (committed ? "2" : "1"));
        }

        @Override
        void isDone() {
            on.isInstance(app);
            assertThat(on.environment(app)).contains("VERSION=2").contains("INPUT=2");
            assertThat(on.host.read(app.environmentFile())).isEqualTo("INPUT=2");
        }
    }

    @TestFactory
    Stream<DynamicTest> aServiceIsRestartedWithItsFiles() throws Exception {
        var cuts = new Cuts(on, Restarted::new);
        return Stream.concat(cuts.kills(), cuts.powerLosses());
    }

    private static final class Restarted extends Change {
        Restarted(int number) {
            super(app("restart" + (100 + number), "1", UpdateMode.Restart));
        }

        @Override
        void before() throws Exception {
            on.desire(app);
        }

        @Override
        void desire() throws Exception {
            on.desire(next(app, "2", UpdateMode.Restart));
        }

        @Override
        void isBooted(boolean committed) {
            assertThat(on.running(app)).containsExactly(app.unit());
        }

        @Override
        void isDone() {
            assertThat(on.running(app)).containsExactly(app.unit());
            assertThat(on.environment(app)).contains("VERSION=2").contains("INPUT=2");
            assertThat(on.agent.condition(app.name, "Synced")).isEqualTo("True AsDesired");
            assertThat(on.files(app))
                    .containsExactlyInAnyOrder(
                            app.environmentFile(),
                            "/etc/systemd/system/" + app.name + ".socket",
                            "/etc/systemd/system/" + app.unit(),
                            "/etc/systemd/system/sockets.target.wants/" + app.name + ".socket",
                            "/etc/systemd/system/multi-user.target.wants/" + app.unit());
        }
    }

    @TestFactory
    Stream<DynamicTest> aServiceReplacesItself() throws Exception {
        var cuts = new Cuts(on, Replaced::new);
        return Stream.concat(cuts.kills(), cuts.powerLosses());
    }

    /// Its program is told by what it answers.
    private static final class Replaced extends Change {
        private final SelfReplacingApp service;
        private String invocation = "";

        Replaced(int number) {
            this(new SelfReplacingApp("replace" + (100 + number), 8300 + apps++, How.SUCCEEDS));
        }

        private Replaced(SelfReplacingApp service) {
            super(service);
            this.service = service;
        }

        @Override
        void before() throws Exception {
            on.desire(service);
        }

        @Override
        void desire() throws Exception {
            invocation = on.agent.unit(app.unit()).invocationId();
            on.desire(service.script("2"));
        }

        @Override
        boolean isSilent() {
            return true;
        }

        @Override
        void isBooted(boolean committed) {
            assertThat(on.running(app)).containsExactly(app.unit());
        }

        @Override
        void isDone() throws Exception {
            assertThat(on.running(app)).containsExactly(app.unit());
            assertThat(on.agent.unit(app.unit()).invocationId()).isEqualTo(invocation);
            assertThat(on.get(app)).contains("\n2 " + on.agent.pid(app.unit()));
            assertThat(on.agent.condition(app.name, "Synced")).isEqualTo("True AsDesired");
        }
    }

    @TestFactory
    Stream<DynamicTest> aUnitIsPruned() throws Exception {
        var cuts = new Cuts(on, Pruned::new);
        return Stream.concat(cuts.kills(), cuts.powerLosses());
    }

    /// A service and its drop-in go; the one beside it is not touched.
    private static final class Pruned extends Change {
        private String invocation = "";

        Pruned(int number) {
            super(app("prune" + (100 + number), "1", UpdateMode.Restart));
            app.others.add(new UnitText(app.name + "-extra.service", """
                    [Service]
                    Type=oneshot
                    RemainAfterExit=yes
                    ExecStart=/bin/true
                    [Install]
                    WantedBy=multi-user.target
                    """, Map.of("more.conf", "[Service]\nNice=1\n")));
        }

        @Override
        void before() throws Exception {
            on.desire(app);
        }

        @Override
        void desire() throws Exception {
            invocation = on.agent.unit(app.unit()).invocationId();
            on.desire(next(app, "1", UpdateMode.Restart));
        }

        @Override
        void isBooted(boolean committed) {
            assertThat(on.running(app)).contains(app.unit()).hasSizeLessThan(3);
        }

        @Override
        void isDone() throws Exception {
            assertThat(on.running(app)).containsExactly(app.unit());
            assertThat(on.agent.unit(app.unit()).invocationId()).isEqualTo(invocation);
            assertThat(on.files(app)).noneMatch(path -> path.contains("extra"));
            assertThat(on.agent.text("/var/lib/underway/inventory.json")).doesNotContain(app.name + "-extra");
        }
    }

    @TestFactory
    Stream<DynamicTest> aSetIsRemoved() throws Exception {
        var cuts = new Cuts(on, Removed::new);
        return Stream.concat(cuts.kills(), cuts.powerLosses());
    }

    private static final class Removed extends Change {
        Removed(int number) {
            super(app("remove" + (100 + number), "1", null));
        }

        @Override
        void before() throws Exception {
            on.desire(app);
        }

        @Override
        void desire() throws Exception {
            on.agent.remove(app.name, false);
        }

        @Override
        void isBooted(boolean committed) {
            assertThat(on.running(app)).hasSizeLessThan(2);
        }

        @Override
        void isDone() throws Exception {
            assertThat(on.running(app)).isEmpty();
            assertThat(on.files(app)).isEmpty();
            assertThat(on.agent.text("/var/lib/underway/inventory.json")).doesNotContain(app.name);
            assertThat(on.agent.unit(app.name + ".socket").activeState()).isEqualTo("inactive");
        }
    }
}
