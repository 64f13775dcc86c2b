package dev.underway.agent;

import static dev.underway.agent.PassHost.content;
import static dev.underway.agent.PassHost.file;
import static dev.underway.agent.PassHost.service;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a hold keeps the agent from doing, and until when.
class HoldTest {
    @TempDir
    Path directory;

    @AutoClose
    private PassHost host;

    @BeforeEach
    void converge() throws Exception {
        host = new PassHost(directory);
        host.desire("web", content(List.of(file("/etc/web/app.conf", "a")), service("web.service", "/bin/sleep 1")));
        host.desire("db", content(List.of(file("/etc/db/app.conf", "a")), service("db.service", "/bin/sleep 1")));
        host.pass();
        host.door.calls.clear();
    }

    @Test
    void nothingIsChangedHealedOrRemovedOnAHostThatIsHeld() throws Exception {
        host.hold(60);
        host.desire("web", content(List.of(file("/etc/web/app.conf", "b")), service("web.service", "/bin/sleep 2")));
        host.remove("db", false);
        host.systemd.stop("web.service");

        var outcome = host.pass();

        assertThat(host.door.calls).isEmpty();
        assertThat(host.text("/etc/web/app.conf")).isEqualTo("a");
        assertThat(host.exists("/etc/db/app.conf")).isTrue();
        assertThat(host.condition("web", "Synced")).isEqualTo("False Held");
        assertThat(host.conditionOf("web", "Synced").message()).isEqualTo("held by ann until noon: we look into it");
        assertThat(host.reports.getLast().removed()).isEmpty();
        assertThat(outcome).isInstanceOf(Outcome.Waiting.class);
    }

    @Test
    void everythingIsDoneWhenTheHoldIsOver() throws Exception {
        host.hold(60);
        host.desire("web", content(List.of(file("/etc/web/app.conf", "b")), service("web.service", "/bin/sleep 1")));
        assertThat(host.pass())
                .isEqualTo(new Outcome.Waiting(Duration.ofSeconds(60), "the next try of a set, or the end of a hold"));
        host.nanos += Duration.ofSeconds(60).toNanos();

        host.pass();

        assertThat(host.text("/etc/web/app.conf")).isEqualTo("b");
        assertThat(host.condition("web", "Synced")).isEqualTo("True AsDesired");
    }

    @Test
    void aHoldOfOneSetLeavesTheOthersToWork() throws Exception {
        host.desire("web", content(List.of(file("/etc/web/app.conf", "b")), service("web.service", "/bin/sleep 1")));
        host.desire("db", content(List.of(file("/etc/db/app.conf", "b")), service("db.service", "/bin/sleep 1")));
        host.hold("web", 60);

        host.pass();

        assertThat(host.text("/etc/web/app.conf")).isEqualTo("a");
        assertThat(host.text("/etc/db/app.conf")).isEqualTo("b");
        assertThat(host.condition("web", "Synced")).isEqualTo("False Held");
        assertThat(host.condition("db", "Synced")).isEqualTo("True AsDesired");
    }

    @Test
    void aSetThatIsHeldIsNotRemovedEither() throws Exception {
        host.remove("web", false);
        host.remove("db", false);
        host.hold("web", 60);

        var outcome = host.pass();

        assertThat(host.exists("/etc/web/app.conf")).isTrue();
        assertThat(host.exists("/etc/db/app.conf")).isFalse();
        assertThat(host.door.calls).doesNotContain("stop web.service");
        assertThat(outcome).isInstanceOf(Outcome.Waiting.class);
        host.nanos += Duration.ofSeconds(60).toNanos();
        host.pass();
        assertThat(host.exists("/etc/web/app.conf")).isFalse();
    }

    @Test
    void aReleaseEndsItAtOnce() throws Exception {
        host.hold(3600);
        host.systemd.stop("web.service");
        host.pass();

        host.hold(0);
        host.pass();

        assertThat(host.door.calls).containsExactly("start web.service");
    }

    @Test
    void anAgentThatStartsAnewStillHolds() throws Exception {
        host.hold(60);
        host.systemd.stop("web.service");

        host.restartAgent();
        host.pass();

        assertThat(host.door.calls).isEmpty();
        assertThat(host.condition("web", "Synced")).isEqualTo("False Held");
    }
}
