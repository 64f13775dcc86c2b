package dev.underway.agent;

import static dev.underway.agent.PassHost.content;
import static dev.underway.agent.PassHost.file;
import static dev.underway.agent.PassHost.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.UnitSetSpec.ManagedFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a pass refuses to do for a set, and who keeps what meanwhile.
class PassRefusalTest {
    @TempDir
    Path directory;

    @AutoClose
    private PassHost host;

    @BeforeEach
    void open() throws Exception {
        host = new PassHost(directory);
    }

    @Test
    void withholdsASetThatIsDeniedAndCarriesOutTheOthers() throws Exception {
        host.desire("evil", content(List.of(file("/etc/ok", "x"), file("/etc/sudoers.d/evil", "x"))));
        host.desire("web", content(List.of(file("/etc/web/a", "a"))));

        host.pass();

        assertThat(host.condition("evil", "Synced")).isEqualTo("False Denied");
        assertThat(host.conditionOf("evil", "Synced").message()).contains("/etc/sudoers.d/evil");
        assertThat(host.exists("/etc/ok")).isFalse();
        assertThat(host.condition("web", "Synced")).isEqualTo("True AsDesired");
    }

    @Test
    void writesNothingOfASetWithAnUnknownOwner() throws Exception {
        var file = new ManagedFile("/etc/web/a", null, "no-such-user", "no-such-group", "x", null, null);
        host.desire("web", content(List.of(file, file("/etc/web/b", "b"))));

        host.pass();

        assertThat(host.condition("web", "Synced")).isEqualTo("False UnknownOwner");
        assertThat(host.conditionOf("web", "Synced").message())
                .contains("no-such-user")
                .contains("no-such-group");
        assertThat(host.exists("/etc/web")).isFalse();
    }

    @Test
    void refusesASymlinkedDirectory() throws Exception {
        Files.createDirectory(directory.resolve("elsewhere"));
        Files.createSymbolicLink(directory.resolve("etc/web"), directory.resolve("elsewhere"));
        host.desire("web", content(List.of(file("/etc/web/a", "a"))));

        host.pass();

        assertThat(host.condition("web", "Synced")).isEqualTo("False UnsafePath");
        assertThat(directory.resolve("elsewhere")).isEmptyDirectory();
    }

    @Test
    void doesNotOverwriteAFileThatIsNotOurs() throws Exception {
        host.put("/etc/web/a", "theirs");
        host.desire("web", content(List.of(file("/etc/web/a", "ours"))));

        host.pass();

        assertThat(host.text("/etc/web/a")).isEqualTo("theirs");
        assertThat(host.condition("web", "Synced")).isEqualTo("False Conflict");
    }

    @Test
    void aDeclarationThatSystemdRefusesIsTheMatterOfItsSet() throws Exception {
        host.desire("bad", content(List.of(file("/etc/sysusers.d/bad.conf", "u\n"), file("/etc/bad", "x"))));
        host.desire("ok", content(List.of(file("/etc/ok", "a"))));

        host.pass();

        assertThat(host.condition("bad", "Synced")).isEqualTo("False ToolFailed");
        assertThat(host.exists("/etc/bad")).isFalse();
        assertThat(host.condition("ok", "Synced")).isEqualTo("True AsDesired");
    }

    @Test
    void aSetThatFailedAndIsThenDeniedIsNotAskedForWithoutPause() throws Exception {
        host.desire("web", content(List.of(file("/etc/a", "a")), service("web.service", "/bin/false")));
        host.pass();
        host.put("/etc/underway/agent.yaml", "deny: {paths: [/etc/a]}\n");
        host.nanos += Duration.ofSeconds(6).toNanos();

        assertThat(host.pass()).isNotInstanceOf(Outcome.Waiting.class);
        host.nanos += Duration.ofMinutes(10).toNanos();
        host.pass();

        assertThat(host.condition("web", "Synced")).isEqualTo("False Denied");
        assertThat(host.pass()).isEqualTo(new Outcome.Settled());
    }

    @Test
    void nobodyTakesAPathOfASetThatWaitsForItsNextTry() throws Exception {
        host.desire("old", content(List.of(file("/etc/a", "old")), service("web.service", "/bin/false")));
        host.pass();
        assertThat(host.condition("old", "Healthy")).isEqualTo("False StartFailed");

        host.desire("young", content(List.of(file("/etc/a", "young"))));
        host.pass();

        assertThat(host.text("/etc/a")).isEqualTo("old");
        assertThat(host.condition("young", "Synced")).isEqualTo("False Conflict");
        assertThat(host.condition("old", "Healthy")).isEqualTo("False StartFailed");
    }

    @Test
    void nobodyTakesAPathOfASetWhoseContentCannotBeFetched() throws Exception {
        host.desire("old", content(List.of(file("/etc/a", "old"))));
        host.pass();
        host.serverIsAway = true;

        host.desire("old", content(List.of(file("/etc/a", "new"))));
        host.desire("young", content(List.of(file("/etc/a", "young"))));
        host.pass();

        assertThat(host.condition("old", "Synced")).isEqualTo("False ServerUnreachable");
        assertThat(host.text("/etc/a")).isEqualTo("old");

        host.serverIsAway = false;
        host.nanos += Duration.ofSeconds(6).toNanos();
        host.pass();

        assertThat(host.text("/etc/a")).isEqualTo("new");
        assertThat(host.condition("young", "Synced")).isEqualTo("False Conflict");
    }
}
