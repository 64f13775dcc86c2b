package dev.underway.agent.execute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.systemd.Systemd.JobOutcome;
import dev.underway.testing.HostLoad;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Sockets of a booted systemd that are changed while they are open. What they shall become is what systemd
/// makes of another unit with the same settings.
@Tag("e2e")
class OpenSocketsOnHostTest {
    private static final List<String> OF_SOCKETS = List.of("SO_KEEPALIVE", "SO_PRIORITY");
    private static final List<String> OF_TCP =
            List.of("TCP_NODELAY", "TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT", "TCP_DEFER_ACCEPT");

    @AutoClose
    private static final OpenSocketsHost on = OpenSocketsHost.boot(
            "--bind",
            System.getProperty("java.home") + ":/opt/jdk",
            "--bind",
            classes(OpenSockets.class) + ":/opt/classes",
            "--bind",
            classes(OpenSocketsProgram.class) + ":/opt/tests");

    private static String classes(Class<?> one) {
        return one.getProtectionDomain().getCodeSource().getLocation().getPath();
    }

    private static void isDone(JobOutcome outcome) {
        assertThat(outcome.message()).isEmpty();
        assertThat(outcome.result()).isEqualTo("done");
        assertThat(outcome.after().active()).isTrue();
    }

    @Test
    void theBacklogOfEverySortOfSocketThatHasOneIsChangedAndTheSocketsStay() throws Exception {
        var listens = new String[] {
            "ListenStream=127.0.0.1:7101",
            "ListenStream=[::1]:7102",
            "ListenStream=7103",
            "ListenStream=%t/queues.sock",
            "ListenStream=@queues",
            "ListenSequentialPacket=/var/run//queues.seq",
            "ListenDatagram=7104",
            "ListenDatagram=/run/queues.dgram",
            "ListenFIFO=/run/queues.fifo"
        };
        on.socket("queues", Map.of("Backlog", "100"), listens);
        var all = List.of("127.0.0.1:7101", "[::1]:7102", "*:7103", "/run/queues.sock", "@queues", "/run/queues.seq");
        var before = all.stream().map(on::inode).toList();
        assertThat(all).allMatch(address -> on.backlog(address) == 100);

        var outcome = on.adjust("queues", Map.of("Backlog", "77"), listens);

        isDone(outcome);
        assertThat(all).allMatch(address -> on.backlog(address) == 77);
        assertThat(all.stream().map(on::inode).toList()).isEqualTo(before);
        isDone(on.adjust("queues", Map.of("Backlog", ""), listens));
        assertThat(all).allMatch(address -> on.backlog(address) == 4096);
    }

    @Test
    void optionsAreWhatSystemdWouldHaveBoundTheSocketsWith() throws Exception {
        var settings = new TreeMap<>(Map.of(
                "KeepAlive", "On",
                "NoDelay", "yes",
                "KeepAliveTimeSec", "1min 30s",
                "KeepAliveIntervalSec", "7",
                "KeepAliveProbes", "0x4",
                "DeferAcceptSec", "2500ms",
                "Priority", "5"));
        on.socket("plain", "ListenStream=7111", "ListenDatagram=7112", "ListenStream=/run/plain.sock");
        on.socket("set", settings, "ListenStream=7113", "ListenDatagram=7114", "ListenStream=/run/set.sock");
        var unset = new TreeMap<>(settings);
        unset.replaceAll((_, _) -> "");
        var standard = on.options("7111", OF_TCP);
        assertThat(on.options("7113", OF_TCP)).doesNotContainAnyElementsOf(standard);

        isDone(on.adjust(
                "plain", settings, "ListenStream=7111", "ListenDatagram=7112", "ListenStream=/run/plain.sock"));
        isDone(on.adjust("set", unset, "ListenStream=7113", "ListenDatagram=7114", "ListenStream=/run/set.sock"));

        on.socket("other", settings, "ListenStream=7115", "ListenDatagram=7116", "ListenStream=/run/other.sock");
        assertThat(on.options("7111", OF_TCP)).isEqualTo(on.options("7115", OF_TCP));
        assertThat(on.options("7111", OF_SOCKETS))
                .isEqualTo(on.options("7115", OF_SOCKETS))
                .containsExactly(1, 5);
        assertThat(on.options("7112", OF_SOCKETS)).isEqualTo(on.options("7116", OF_SOCKETS));
        assertThat(on.options("/run/plain.sock", OF_SOCKETS)).isEqualTo(on.options("/run/other.sock", OF_SOCKETS));
        assertThat(on.options("7113", OF_TCP)).isEqualTo(standard);
        assertThat(on.options("7113", OF_SOCKETS)).containsExactly(0, 0);
        assertThat(on.options("/run/set.sock", OF_SOCKETS)).containsExactly(0, 0);
    }

    /// systemd sets nothing then.
    @ParameterizedTest
    @ValueSource(strings = {"0", "infinity", "500ms"})
    void whatIsNoNumberOfSecondsIsAsIfItWereNotSet(String span) throws Exception {
        var settings = new TreeMap<>(Map.of(
                "KeepAliveTimeSec",
                span,
                "KeepAliveIntervalSec",
                span,
                "KeepAliveProbes",
                "0",
                "DeferAcceptSec",
                span));
        on.socket("none", settings, "ListenStream=7181");
        on.socket(
                "some",
                List.of(
                        "ListenStream=7182",
                        "KeepAliveTimeSec=9",
                        "KeepAliveIntervalSec=9",
                        "KeepAliveProbes=4",
                        "DeferAcceptSec=9"));

        isDone(on.adjust("some", settings, "ListenStream=7182"));

        assertThat(on.options("7182", OF_TCP)).isEqualTo(on.options("7181", OF_TCP));
        on.host.exec("systemctl", "stop", "none.socket", "some.socket");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # user   | group  | mode | what is there then
        ''       | ''     | ''   | 666 root:root
        games    | ''     | 0660 | 660 games:games
        sync     | ''     | 600  | 600 sync:nogroup
        sync     | games  | 0620 | 620 sync:games
        ''       | games  | ''   | 666 root:games
        4        | ''     | 0600 | 600 sync:nogroup
        4        | 60     | 0600 | 600 sync:games
        """)
    void modeAndOwnerAreWhatSystemdWouldHaveGivenTheirPlaces(String user, String group, String mode, String then)
            throws Exception {
        var settings = new TreeMap<>(Map.of("SocketUser", user, "SocketGroup", group, "SocketMode", mode));
        on.socket("before", Map.of("SocketMode", "0604"), "ListenStream=/run/b.sock", "ListenDatagram=/run/b.dgram");
        on.socket("pipe", Map.of("SocketMode", "0604"), "ListenFIFO=/run/b.fifo");
        var filled = new TreeMap<>(settings);
        filled.values().removeIf(String::isEmpty);
        on.socket("fresh", filled, "ListenStream=/run/f.sock", "ListenFIFO=/run/f.fifo");

        isDone(on.adjust("before", settings, "ListenStream=/run/b.sock", "ListenDatagram=/run/b.dgram"));
        isDone(on.adjust("pipe", settings, "ListenFIFO=/run/b.fifo"));

        assertThat(on.place("/run/b.sock")).isEqualTo("socket " + then).isEqualTo(on.place("/run/f.sock"));
        assertThat(on.place("/run/b.dgram")).isEqualTo("socket " + then);
        assertThat(on.place("/run/b.fifo")).isEqualTo("fifo " + then).isEqualTo(on.place("/run/f.fifo"));
        on.host.exec("systemctl", "stop", "before.socket", "pipe.socket", "fresh.socket");
        on.host.exec("rm", "-f", "/run/b.fifo", "/run/f.fifo");
    }

    @Test
    void aConnectionIsNeitherRefusedNorLostWhileEverythingIsChanged() throws Exception {
        on.host.writeExecutable("/opt/answers", """
            #!/usr/bin/python3
            import http.server, socket
            class Answer(http.server.BaseHTTPRequestHandler):
                protocol_version = "HTTP/1.1"
                def do_GET(self):
                    self.send_response(200)
                    self.send_header("Content-Length", "3")
                    self.end_headers()
                    self.wfile.write(b"yes")
                def log_message(self, *_): pass
            server = http.server.ThreadingHTTPServer(("", 0), Answer, bind_and_activate=False)
            server.socket = socket.socket(fileno=3)
            server.serve_forever()
            """);
        on.socket("busy", "ListenStream=127.0.0.1:7121", "Backlog=512");
        on.host.write("/etc/systemd/system/busy.service", "[Service]\nExecStart=/opt/answers\n");
        on.host.exec("systemctl", "daemon-reload");
        var socket = on.inode("127.0.0.1:7121");

        try (var load = HostLoad.on(on.host, 7121, List.of("new:3:0", "kept:3:0"))) {
            load.during();
            for (int i = 0; i < 1_000; i++) {
                isDone(on.adjust(
                        "busy",
                        Map.of(
                                "Backlog",
                                Integer.toString(512 + i),
                                "NoDelay",
                                i % 2 == 0 ? "yes" : "no",
                                "KeepAlive",
                                i % 2 == 0 ? "yes" : "no",
                                "Priority",
                                Integer.toString(i % 7)),
                        "ListenStream=127.0.0.1:7121"));
            }
            var counted = load.stop();

            assertThat(counted.failed()).as("%s", counted).isZero();
            assertThat(counted.answered("during")).as("%s", counted).isGreaterThan(200);
        }
        assertThat(on.backlog("127.0.0.1:7121")).isEqualTo(512 + 999);
        assertThat(on.inode("127.0.0.1:7121")).isEqualTo(socket);
        assertThat(on.options("7121", List.of("SO_PRIORITY"))).containsExactly(999 % 7);
    }

    @Test
    void aSocketInANetworkOfItsOwnIsChangedToo() throws Exception {
        on.socket("apart", "ListenStream=127.0.0.1:7151", "PrivateNetwork=yes");

        isDone(on.adjust("apart", Map.of("Priority", "3"), "ListenStream=127.0.0.1:7151"));

        assertThat(on.options("7151", List.of("SO_PRIORITY"))).containsExactly(3);
    }

    /// getsockname(2) is not for sockets of every sort: not for those of AF_XDP, xdp_proto_ops in the kernel's source.
    @Test
    void anothersSocketWithoutAnAddressIsPassedOverAndNothingIsLeftOpen() throws Exception {
        on.socket("beside", "ListenStream=127.0.0.1:7191", "Backlog=30");
        on.host.writeExecutable("/opt/stores", """
            #!/usr/bin/python3
            import os, socket, time
            stored = socket.socket(44, socket.SOCK_RAW)  # AF_XDP
            notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            notify.connect(os.environ["NOTIFY_SOCKET"])
            socket.send_fds(notify, [b"FDSTORE=1\\nREADY=1"], [stored.fileno()])
            time.sleep(600)
            """);
        on.host.write("/etc/systemd/system/stores.service", """
            [Service]
            Type=notify
            FileDescriptorStoreMax=1
            ExecStart=/opt/stores
            """);
        on.host.exec("systemctl", "daemon-reload");
        on.host.exec("systemctl", "start", "stores.service");
        assertThat(on.host.exec("systemctl", "show", "--property=NFileDescriptorStore", "stores.service"))
                .contains("=1");
        int open = descriptors();

        var outcome = on.adjust("beside", Map.of("Backlog", "40"), "ListenStream=127.0.0.1:7191");

        int then = descriptors();
        on.host.exec("systemctl", "stop", "stores.service");
        isDone(outcome);
        assertThat(on.backlog("127.0.0.1:7191")).isEqualTo(40);
        assertThat(then).isEqualTo(open);
    }

    /// How many sockets and processes this process has open: its files come and go.
    private static int descriptors() throws Exception {
        try (var all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            int count = 0;
            for (var each : all) {
                try {
                    count += Files.readSymbolicLink(each).toString().matches("socket:.*|.*pidfd.*") ? 1 : 0;
                } catch (NoSuchFileException e) {
                    // it was of this very look
                }
            }
            return count;
        }
    }

    /// Adjusts as the agent does: in the host, with the limits of its unit file, in which `changed` is changed.
    private static String fromInside(UnaryOperator<String> changed, String... words) throws Exception {
        var command = "/opt/jdk/bin/java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx48m -Xss256k"
                + " -XX:ReservedCodeCacheSize=32m --enable-native-access=ALL-UNNAMED -cp /opt/classes:/opt/tests "
                + OpenSocketsProgram.class.getName() + " " + String.join(" ", words);
        var unit = Files.readString(Path.of("deploy/underway-agent.service"))
                .replaceAll("(?m)^(Condition|Restart|Type=|ExecStart=).*", "")
                .replace(
                        "[Service]",
                        "[Service]\nType=oneshot\nStandardOutput=truncate:/run/inside.said\nExecStart=" + command);
        on.host.write("/etc/systemd/system/inside-agent.service", changed.apply(unit));
        on.host.exec("systemctl", "daemon-reload");
        on.host.exec("systemctl", "start", "inside-agent.service");
        return on.host.read("/run/inside.said").strip();
    }

    @Test
    void theAgentsUnitAllowsIt() throws Exception {
        var words = new String[] {
            "inside.socket",
            "ListenStream=127.0.0.1:7171",
            "ListenStream=/run/inside.sock",
            "ListenFIFO=/run/inside.fifo",
            "Backlog=55",
            "KeepAliveProbes=",
            "Priority=6",
            "SocketMode=0620",
            "SocketUser=sync",
            "SocketGroup="
        };
        on.socket("inside", List.of(words[1], words[2], words[3], "Backlog=30", "KeepAliveProbes=4"));

        assertThat(fromInside(unit -> unit.replace(" CAP_SYS_PTRACE", ""), words))
                .contains("adjusted: failed", "may not look at the sockets of systemd", "it needs CAP_SYS_PTRACE");
        assertThat(on.backlog("127.0.0.1:7171")).isEqualTo(30);
        assertThat(fromInside(UnaryOperator.identity(), words)).isEqualTo("adjusted: done");

        assertThat(on.backlog("127.0.0.1:7171")).isEqualTo(55);
        assertThat(on.backlog("/run/inside.sock")).isEqualTo(55);
        assertThat(on.options("7171", List.of("TCP_KEEPCNT", "SO_PRIORITY"))).containsExactly(9, 6);
        assertThat(on.place("/run/inside.sock")).isEqualTo("socket 620 sync:nogroup");
        assertThat(on.place("/run/inside.fifo")).isEqualTo("fifo 620 sync:nogroup");
    }
}
