package dev.underway.agent.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.host.HostRoot;
import dev.underway.plan.Observed.SocketTrouble;
import dev.underway.plan.Observed.UnitStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the descriptors of a service and of systemd tell, over a made-up `/proc`.
class ListenersTest {
    private static final String PASSED = "INVOCATION_ID=run1\0LISTEN_FDS=1\0";

    @TempDir
    Path root;

    private Listeners listeners;

    @BeforeEach
    void aServiceThatSharesASocketWithSystemd() throws Exception {
        listeners = new Listeners(new HostRoot(root));
        open(1, 25, "socket:[7]");
        open(1, 26, "socket:[8]");
        open(42, 3, "socket:[7]");
        open(42, 5, "socket:[9]");
        environment(PASSED);
        Files.createDirectories(root.resolve("proc/42/net"));
        listens("socket 7", 7);
    }

    @Test
    void whatBothHoldIsNoTrouble() {
        assertThat(look()).isEmpty();
        assertThat(look()).isEmpty();
    }

    @Test
    void whatSystemdClosesIsLost() throws Exception {
        look();
        close(1, 25);

        assertThat(look()).containsExactly(Map.entry("web.service", SocketTrouble.LOST));
        assertThat(look()).containsExactly(Map.entry("web.service", SocketTrouble.LOST));
    }

    @Test
    void whatWasLostBeforeTheFirstLookIsSeenByWhereTheProcessListens() throws Exception {
        close(1, 25);

        assertThat(look()).containsExactly(Map.entry("web.service", SocketTrouble.LOST));
    }

    @Test
    void oneOfTwoThatIsLostIsSeen() throws Exception {
        open(42, 4, "socket:[8]");
        look();
        close(1, 26);

        assertThat(look()).containsExactly(Map.entry("web.service", SocketTrouble.SOME_LOST));
    }

    @Test
    void anotherNumberOfTheSameSocketIsNoTrouble() throws Exception {
        look();
        close(1, 25);
        open(1, 31, "socket:[7]");

        assertThat(look()).isEmpty();
        assertThat(look()).isEmpty();
    }

    @Test
    void whatTheProcessItselfClosesIsNotLost() throws Exception {
        look();
        close(1, 25);
        close(42, 3);

        assertThat(look()).isEmpty();
    }

    @Test
    void aProcessThatClosedWhatItWasPassedHasNotTakenIt() throws Exception {
        close(42, 3);

        assertThat(look()).containsExactly(Map.entry("web.service", SocketTrouble.NOT_TAKEN));
    }

    @Test
    void aProcessThatWasPassedNothingIsKnownByItsEnvironment() throws Exception {
        close(42, 3);
        environment("INVOCATION_ID=run1\0");

        assertThat(look()).containsExactly(Map.entry("web.service", SocketTrouble.NOT_PASSED));
    }

    /// One that made it its successor has unset the variables, as sd_listen_fds(3) does when it is asked to.
    @Test
    void aProcessThatHasTheSocketFromAnotherOneOfTheServiceWasPassedIt() throws Exception {
        environment("INVOCATION_ID=run1\0");

        assertThat(look()).isEmpty();
        assertThat(look()).isEmpty();
        close(1, 25);
        assertThat(look()).containsExactly(Map.entry("web.service", SocketTrouble.LOST));
    }

    @Test
    void soWasOneThatHasAFifo() throws Exception {
        var fifo = root.resolve("web.fifo").toString();
        assertThat(new ProcessBuilder("mkfifo", fifo).start().waitFor()).isZero();
        close(42, 3);
        open(42, 3, fifo);
        open(1, 27, fifo);
        environment("INVOCATION_ID=run1\0");

        assertThat(look()).isEmpty();
    }

    @Test
    void whatAServiceStoredWithSystemdWasNot() throws Exception {
        close(42, 3);
        open(1, 27, "socket:[9]");
        environment("INVOCATION_ID=run1\0");

        assertThat(look()).containsExactly(Map.entry("web.service", SocketTrouble.NOT_PASSED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/run/web.fifo", "/messages", "/dev/ttyS0"})
    void whatIsPassedMayBeNoSocket(String target) throws Exception {
        close(42, 3);
        open(42, 3, target);
        open(1, 27, target);

        assertThat(look()).isEmpty();
        close(1, 27);
        assertThat(look()).containsExactly(Map.entry("web.service", SocketTrouble.LOST));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/dev/null", "/dev/kmsg", "/sys/fs/cgroup"})
    void whatSystemdHasForItselfWasNotPassed(String target) throws Exception {
        close(42, 3);
        open(42, 3, target);
        open(1, 27, target);

        assertThat(look()).containsExactly(Map.entry("web.service", SocketTrouble.NOT_TAKEN));
    }

    /// `StandardInput=socket`, as for a JVM.
    @Test
    void aListeningSocketAsStandardInputWasPassedToo() throws Exception {
        environment("INVOCATION_ID=run1\0");
        close(42, 3);
        open(42, 0, "socket:[7]");

        assertThat(look()).isEmpty();
        close(1, 25);
        assertThat(look()).containsExactly(Map.entry("web.service", SocketTrouble.LOST));
    }

    /// `Accept=yes`.
    @Test
    void aConnectionAsStandardInputWasNot() throws Exception {
        environment("INVOCATION_ID=run1\0");
        close(42, 3);
        open(42, 0, "socket:[9]");

        assertThat(look()).containsExactly(Map.entry("web.service", SocketTrouble.NOT_PASSED));
    }

    @Test
    void ofAnEnvironmentThatIsNotItsOwnNothingIsConcluded() throws Exception {
        environment("web: worker process\0");
        close(1, 25);
        assertThat(look()).isEmpty();

        environment(PASSED);

        assertThat(look()).as("it had not been executed yet").containsKey("web.service");
    }

    @Test
    void anotherRunIsLookedAtAnew() throws Exception {
        close(42, 3);
        environment("INVOCATION_ID=run1\0");
        assertThat(look()).containsKey("web.service");
        open(42, 3, "socket:[7]");
        environment("INVOCATION_ID=run2\0LISTEN_FDS=1\0");

        assertThat(listeners.look(List.of(service("run2")))).isEmpty();
    }

    private Map<String, SocketTrouble> look() {
        return listeners.look(List.of(service("run1")));
    }

    private static UnitStatus service(String invocation) {
        return new UnitStatus(
                "web.service",
                "loaded",
                "active",
                "running",
                "",
                42,
                invocation,
                0,
                "success",
                false,
                false,
                false,
                "",
                null,
                null,
                0);
    }

    private void open(long pid, int descriptor, String target) throws Exception {
        var directory = Files.createDirectories(root.resolve("proc/" + pid + "/fd"));
        Files.createSymbolicLink(directory.resolve(Integer.toString(descriptor)), Path.of(target));
    }

    private void close(long pid, int descriptor) throws Exception {
        Files.delete(root.resolve("proc/" + pid + "/fd/" + descriptor));
    }

    private void environment(String text) throws Exception {
        Files.writeString(root.resolve("proc/42/environ"), text);
    }

    /// As in proc(5), of which only the state and the inode count.
    private void listens(String name, int inode) throws Exception {
        Files.writeString(
                root.resolve("proc/42/net/tcp"),
                "0: 0100007F:1F90 00000000:0000 0A 0:0 00:0 0 0 0 " + inode + " 1 " + name + "\n");
    }
}
