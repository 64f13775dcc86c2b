package dev.underway.agent;

import static dev.underway.agent.PassHost.content;
import static dev.underway.agent.PassHost.file;
import static dev.underway.agent.PassHost.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.testing.Mounts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A pass on a disk that is full, or does not let itself be written or read.
class PassDiskTest {
    @TempDir
    Path directory;

    @AutoClose
    private PassHost host;

    @BeforeEach
    void open() throws Exception {
        host = new PassHost(directory);
    }

    @Test
    void leavesTheOldStateWhenTheDiskIsFullAndGoesOnWhenItIsNot() throws Exception {
        Files.createDirectories(directory.resolve("etc/web"));
        try (var mounts = new Mounts()) {
            mounts.tmpfs(directory.resolve("etc/web"), "64k");
            host.desire("web", content(List.of(file("/etc/web/a", "a")), service("web.service", "/bin/sleep 1")));
            host.pass();
            var pid = host.pid("web.service");
            host.door.calls.clear();
            host.put("/etc/web/ballast", "x".repeat(50_000));

            host.desire(
                    "web",
                    content(
                            List.of(file("/etc/web/a", "b"), file("/etc/web/b", "x".repeat(20_000))),
                            service("web.service", "/bin/sleep 2")));
            var outcome = host.pass();

            assertThat(outcome).isInstanceOf(Outcome.Waiting.class);
            assertThat(host.condition("web", "Synced")).isEqualTo("False WriteFailed");
            assertThat(host.conditionOf("web", "Synced").message()).contains("No space left");
            assertThat(host.text("/etc/web/a")).isEqualTo("a");
            assertThat(host.text("/etc/systemd/system/web.service")).contains("sleep 1");
            assertThat(host.door.calls).isEmpty();
            assertThat(host.pid("web.service")).isEqualTo(pid);

            Files.delete(directory.resolve("etc/web/ballast"));
            host.nanos += Duration.ofSeconds(6).toNanos();
            host.pass();

            assertThat(host.text("/etc/web/a")).isEqualTo("b");
            assertThat(host.condition("web", "Synced")).isEqualTo("True AsDesired");
        }
    }

    @Test
    void aFullDiskIsTheMatterOfTheSetThatNeedsIt() throws Exception {
        Files.createDirectories(directory.resolve("etc/web"));
        try (var mounts = new Mounts()) {
            mounts.tmpfs(directory.resolve("etc/web"), "64k");
            host.desire("web", content(List.of(file("/etc/web/a", "a")), service("old.service", "/bin/sleep 1")));
            host.desire("ok", content(List.of(file("/etc/ok/a", "a")), service("ok.service", "/bin/sleep 1")));
            host.pass();
            var old = host.pid("old.service");

            host.desire("web", content(List.of(file("/etc/web/b", "x".repeat(100_000)))));
            host.desire("ok", content(List.of(file("/etc/ok/a", "b")), service("ok.service", "/bin/sleep 2")));
            host.door.calls.clear();
            var outcome = host.pass();

            assertThat(outcome).isInstanceOf(Outcome.Waiting.class);
            assertThat(host.condition("web", "Synced")).isEqualTo("False WriteFailed");
            assertThat(host.text("/etc/web/a")).isEqualTo("a");
            assertThat(host.pid("old.service"))
                    .as("what the revision drops is stopped when the rest is in place")
                    .isEqualTo(old);
            assertThat(host.condition("ok", "Synced")).isEqualTo("True AsDesired");
            assertThat(host.text("/etc/ok/a")).isEqualTo("b");
            assertThat(host.door.calls).containsExactly("daemon-reload", "restart ok.service");

            host.restartAgent();
            host.pass();
            assertThat(host.condition("web", "Synced")).isEqualTo("False WriteFailed");
            assertThat(host.pid("old.service")).isEqualTo(old);

            host.desire("web", content(List.of(file("/etc/web/b", "x"))));
            host.pass();
            assertThat(host.condition("web", "Synced")).isEqualTo("True AsDesired");
            assertThat(host.exists("/etc/web/a")).isFalse();
            assertThat(host.pid("old.service")).isZero();
        }
    }

    @Test
    void aPathThatCannotBeReadIsTheMatterOfTheSetThatWantsIt() throws Exception {
        host.desire("bad", content(List.of(file("/etc/" + "x".repeat(300), "a"))));
        host.desire("ok", content(List.of(file("/etc/ok", "a"))));

        host.pass();

        assertThat(host.conditionOf("bad", "Synced").message()).contains("File name too long");
        assertThat(host.condition("ok", "Synced")).isEqualTo("True AsDesired");
    }

    @Test
    void aFileThatCannotBeRemovedKeepsItsSetAndNoOther() throws Exception {
        Files.createDirectories(directory.resolve("etc/web"));
        try (var mounts = new Mounts()) {
            mounts.tmpfs(directory.resolve("etc/web"), "64k");
            host.desire("web", content(List.of(file("/etc/web/a", "a"))));
            host.pass();
            mounts.readOnly(directory.resolve("etc/web"));

            host.remove("web", false);
            host.desire("ok", content(List.of(file("/etc/ok", "a"))));
            var outcome = host.pass();

            assertThat(outcome).as("it is tried again").isInstanceOf(Outcome.Waiting.class);
            assertThat(host.condition("ok", "Synced")).isEqualTo("True AsDesired");
            assertThat(host.reports.getLast().removed()).isEmpty();

            mounts.release(directory.resolve("etc/web"));
            host.nanos += Duration.ofSeconds(6).toNanos();

            assertThat(host.pass()).as("nothing waits any more").isEqualTo(new Outcome.Settled());
            assertThat(host.reports.getLast().removed()).hasSize(1);
            assertThat(host.exists("/etc/web/a")).isFalse();
        }
    }
}
