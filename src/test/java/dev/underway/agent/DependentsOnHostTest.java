package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.SwapHost.App;
import dev.underway.model.Revision.UnitText;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Units that need another one by its name, on a booted systemd: a swap of that one touches none of them.
@Tag("e2e")
class DependentsOnHostTest {
    private static final List<String> KINDS =
            List.of("Requires", "BindsTo", "PartOf", "Requisite", "StopPropagatedFrom", "Wants", "Upholds");

    @AutoClose
    private static final SwapHost on = SwapHost.boot();

    /// An app with one unit for every way to depend on it.
    private static App needed(String name, int port) {
        var app = new App(name, port);
        for (var kind : KINDS) {
            dependent(
                    app, kind.toLowerCase(Locale.ROOT), "After=%1$s.service\n%2$s=%1$s.service".formatted(name, kind));
        }
        dependent(app, "unordered", "Requires=%s.service".formatted(name));
        dependent(app, "linked", "After=%s.service".formatted(name));
        on.host.exec(
                "bash",
                "-c",
                "cd /etc/systemd/system; mkdir by-linked-%1$s.service.requires; ln -s ../%1$s.service $_"
                        .formatted(name));
        return app;
    }

    private static void dependent(App app, String how, String lines) {
        var text = "[Unit]\n" + lines + "\n[Service]\nExecStart=/bin/sleep infinity\n";
        app.others.add(new UnitText("by-" + how + "-" + app.name + ".service", text, null));
    }

    private static List<Long> pids(App app) {
        return app.others.stream().map(unit -> on.agent.pid(unit.name())).toList();
    }

    @Test
    void noneIsTouchedByASwap() throws Exception {
        var app = needed("needed", 8401);
        on.apply(app);
        var pids = pids(app);

        var counted = on.underLoad(app, () -> {
            on.apply(app.version("2"));
            on.converge();
        });

        assertThat(counted.failed()).as("%s", counted).isZero();
        assertThat(on.step(app)).startsWith("Swap");
        assertThat(pids(app)).isEqualTo(pids).doesNotContain(0L);
    }

    @Test
    void noneIsTouchedWhenTheOldProcessCrashesBeforeItsStop() throws Exception {
        var app = needed("shaky", 8402).with("Restart", "no");
        on.apply(app);
        var pids = pids(app);
        long old = on.agent.pid(app.unit());

        var counted = on.underLoad(app, () -> {
            on.agent.door.meanwhile = call -> {
                if (call.equals("daemon-reload")) {
                    on.host.exec("kill", "-KILL", Long.toString(old));
                }
            };
            on.apply(app.version("2"));
            on.agent.door.meanwhile = _ -> {};
            on.converge();
        });

        assertThat(counted.failed() - counted.failed("reset") - counted.failed("short"))
                .as("its own connections die with it, and no others: %s", counted)
                .isZero();
        assertThat(on.step(app)).startsWith("Swap");
        assertThat(on.agent.pid(app.unit())).isNotEqualTo(old).isPositive();
        assertThat(pids(app)).isEqualTo(pids).doesNotContain(0L);
    }
}
