package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.SelfReplacingApp.How;
import dev.underway.model.UnitSetSpec.ManagedFile;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Credentials that change: a systemd that knows `RefreshOnReload=` (260) passes them anew at a reload, an older one at
/// a
/// start only.
@Tag("e2e")
class RefreshOnHostTest {
    @AutoClose
    private static final SwapHost on = SwapHost.boot();

    /// A service that is told nothing, with a key that systemd passes it.
    private static SelfReplacingApp app(String name, int port) {
        var app = new SelfReplacingApp(name, port, How.READS);
        app.update = null;
        app.service.remove("ExecReload");
        app.with("RefreshOnReload", "credentials");
        return keys(app, Map.of("key", "1"));
    }

    /// By the name of a credential, what is in it.
    private static SelfReplacingApp keys(SelfReplacingApp app, Map<String, String> keys) {
        app.script("1");
        var lines = new StringBuilder();
        keys.forEach((name, content) -> {
            var path = "/etc/" + app.name + "." + name;
            app.files.add(new ManagedFile(path, "0600", null, null, content, null, null));
            lines.append(name).append(':').append(path).append('\n');
        });
        app.with("LoadCredential", lines.toString());
        return app;
    }

    /// What the main process sees, where it is.
    private static String credential(SelfReplacingApp app, String name) {
        return on.host.exec(
                "nsenter",
                "--mount",
                "--target",
                Long.toString(on.agent.pid(app.unit())),
                "cat",
                "/run/credentials/" + app.unit() + "/" + name);
    }

    private static boolean isKnown(SelfReplacingApp app) {
        boolean known = on.host
                .exec("systemctl", "show", "--property=RefreshOnReload", app.unit())
                .contains("credentials");
        assertThat(on.agent.unit(app.unit()).knowsRefresh()).isEqualTo(known);
        return known;
    }

    private static void isDone(SelfReplacingApp app) throws Exception {
        assertThat(on.agent.condition(app.name, "Synced")).isEqualTo("True AsDesired");
        int calls = on.agent.door.calls.size();
        on.agent.pass();
        assertThat(on.agent.door.calls).hasSize(calls);
    }

    @Test
    void aChangedKeyReachesTheProcessThatRuns() throws Exception {
        var app = app("keyed", 8640);
        on.apply(app);
        long before = on.agent.pid(app.unit());
        boolean known = isKnown(app);
        assertThat(credential(app, "key")).isEqualTo("1");

        var counted = on.underLoad(app, () -> on.apply(keys(app, Map.of("key", "2"))));

        assertThat(on.step(app))
                .isEqualTo(
                        known
                                ? "Reload (none): /etc/keyed.key changed; systemd passes it its credentials anew on reload"
                                : "Restart (dropped): /etc/keyed.key changed; the systemd of this host does not know"
                                        + " RefreshOnReload=, and passes credentials at a start only");
        assertThat(credential(app, "key")).isEqualTo("2");
        assertThat(on.agent.pid(app.unit()) == before).isEqualTo(known);
        if (known) {
            assertThat(counted.failed()).as("%s", counted).isZero();
        }
        isDone(app);
    }

    @Test
    void anotherKeyReachesItToo() throws Exception {
        var app = app("another", 8641);
        on.apply(app);
        long before = on.agent.pid(app.unit());
        boolean known = isKnown(app);

        on.apply(keys(app, Map.of("key", "1", "second", "2")));

        assertThat(on.step(app)).startsWith(known ? "Reload (none): LoadCredential= " : "Restart (dropped): ");
        assertThat(credential(app, "second")).isEqualTo("2");
        assertThat(on.agent.pid(app.unit()) == before).isEqualTo(known);
        isDone(app);
    }

    /// systemd reads it when it is told to reload: what is edited by hand before that may have reached the process.
    @Test
    void aKeyThatWasEditedByHandIsPutBackAndPassedAnew() throws Exception {
        var app = app("edited", 8642);
        on.apply(app);
        boolean known = isKnown(app);

        on.host.write("/etc/edited.key", "by hand");
        on.host.tryExec("systemctl", "reload", app.unit());
        on.agent.pass();

        assertThat(on.host.read("/etc/edited.key")).isEqualTo("1");
        assertThat(credential(app, "key")).isEqualTo("1");
        assertThat(on.step(app)).contains(known ? "was put back" : "");
        isDone(app);
    }
}
