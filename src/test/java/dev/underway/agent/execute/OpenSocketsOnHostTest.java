package dev.underway.agent.execute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.execute.Executed.Fault;
import dev.underway.agent.host.HostRoot;
import dev.underway.agent.systemd.DbusSystemd;
import dev.underway.agent.systemd.Systemd.JobOutcome;
import dev.underway.plan.Step.Adjust;
import dev.underway.testing.HostLoad;
import dev.underway.testing.TestHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    private static final TestHost host = TestHost.boot(
            "--no-generators",
            "--bind",
            System.getProperty("java.home") + ":/opt/jdk",
            "--bind",
            classes(OpenSockets.class) + ":/opt/classes",
            "--bind",
            classes(OpenSocketsProgram.class) + ":/opt/tests");

    @AutoClose
    private static final DbusSystemd systemd = DbusSystemd.open(host.systemBus());

    private final OpenSockets sockets = new OpenSockets(new HostRoot(host.path("/")), systemd);

    private static String classes(Class<?> one) {
        return one.getProtectionDomain().getCodeSource().getLocation().getPath();
    }

    private static void socket(String name, List<String> lines) {
        host.write("/etc/systemd/system/" + name + ".service", """
            [Service]
            ExecStart=/bin/sleep infinity
            """);
        host.write("/etc/systemd/system/" + name + ".socket", "[Socket]\n" + String.join("\n", lines) + "\n");
        host.exec("systemctl", "daemon-reload");
        host.exec("systemctl", "start", name + ".socket");
    }

    private static void socket(String name, String... lines) {
        socket(name, List.of(lines));
    }

    private static void socket(String name, Map<String, String> settings, String... listens) {
        var lines = new ArrayList<>(List.of(listens));
        settings.forEach((key, value) -> lines.add(key + "=" + value));
        socket(name, lines);
    }

    private JobOutcome adjust(String name, Map<String, String> settings, String... listens) throws Exception {
        return sockets.adjust(new Adjust(name + ".socket", Set.of(listens), settings, "for the test"));
    }

    private static void isDone(JobOutcome outcome) {
        assertThat(outcome.message()).isEmpty();
        assertThat(outcome.result()).isEqualTo("done");
        assertThat(outcome.after().active()).isTrue();
    }

    /// What ss(8) says of the socket that listens at an address.
    private static List<String> ss(String address) {
        return host.exec("ss", "--no-header", "--listening", "--numeric", "--tcp", "--udp", "--unix", "--extended")
                .lines()
                .map(line -> List.of(line.strip().split("\\s+")))
                .filter(words -> words.get(4).equals(address))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing listens at " + address));
    }

    private static int backlog(String address) {
        return Integer.parseInt(ss(address).get(3));
    }

    /// Its number in the kernel, which another socket at the same address would not have.
    private static String inode(String address) {
        return ss(address).stream()
                .filter(word -> word.startsWith("ino:"))
                .findFirst()
                .orElse(ss(address).get(5));
    }

    /// Options of the sockets at a path or port as systemd has them, in the order of `names`.
    private static List<Integer> options(String address, List<String> names) {
        var command = new ArrayList<>(List.of("/usr/bin/python3", "-c", """
            import ctypes, os, socket, sys
            libc = ctypes.CDLL(None, use_errno=True)
            systemd = libc.syscall(434, 1, 0)
            for fd in map(int, os.listdir("/proc/1/fd")):
                if not os.readlink(f"/proc/1/fd/{fd}").startswith("socket:"):
                    continue
                one = socket.socket(fileno=libc.syscall(438, systemd, fd, 0))
                at = one.getsockname()
                at = str(at[1]) if isinstance(at, tuple) and len(at) > 1 else at
                if at == sys.argv[1]:
                    for name in sys.argv[2:]:
                        level = socket.SOL_SOCKET if name.startswith("SO_") else socket.IPPROTO_TCP
                        print(one.getsockopt(level, getattr(socket, name)))
            """, address));
        command.addAll(names);
        var options = host.exec(command.toArray(String[]::new))
                .lines()
                .map(Integer::valueOf)
                .toList();
        assertThat(options).as("options of %s", address).hasSameSizeAs(names);
        return options;
    }

    private static String place(String path) {
        return host.exec("stat", "--format=%F %a %U:%G", path).strip();
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
        socket("queues", Map.of("Backlog", "100"), listens);
        var all = List.of("127.0.0.1:7101", "[::1]:7102", "*:7103", "/run/queues.sock", "@queues", "/run/queues.seq");
        var before = all.stream().map(OpenSocketsOnHostTest::inode).toList();
        assertThat(all).allMatch(address -> backlog(address) == 100);

        var outcome = adjust("queues", Map.of("Backlog", "77"), listens);

        isDone(outcome);
        assertThat(all).allMatch(address -> backlog(address) == 77);
        assertThat(all.stream().map(OpenSocketsOnHostTest::inode).toList()).isEqualTo(before);
        isDone(adjust("queues", Map.of("Backlog", ""), listens));
        assertThat(all).allMatch(address -> backlog(address) == 4096);
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
        socket("plain", "ListenStream=7111", "ListenDatagram=7112", "ListenStream=/run/plain.sock");
        socket("set", settings, "ListenStream=7113", "ListenDatagram=7114", "ListenStream=/run/set.sock");
        var unset = new TreeMap<>(settings);
        unset.replaceAll((_, _) -> "");
        var standard = options("7111", OF_TCP);
        assertThat(options("7113", OF_TCP)).doesNotContainAnyElementsOf(standard);

        isDone(adjust("plain", settings, "ListenStream=7111", "ListenDatagram=7112", "ListenStream=/run/plain.sock"));
        isDone(adjust("set", unset, "ListenStream=7113", "ListenDatagram=7114", "ListenStream=/run/set.sock"));

        socket("other", settings, "ListenStream=7115", "ListenDatagram=7116", "ListenStream=/run/other.sock");
        assertThat(options("7111", OF_TCP)).isEqualTo(options("7115", OF_TCP));
        assertThat(options("7111", OF_SOCKETS))
                .isEqualTo(options("7115", OF_SOCKETS))
                .containsExactly(1, 5);
        assertThat(options("7112", OF_SOCKETS)).isEqualTo(options("7116", OF_SOCKETS));
        assertThat(options("/run/plain.sock", OF_SOCKETS)).isEqualTo(options("/run/other.sock", OF_SOCKETS));
        assertThat(options("7113", OF_TCP)).isEqualTo(standard);
        assertThat(options("7113", OF_SOCKETS)).containsExactly(0, 0);
        assertThat(options("/run/set.sock", OF_SOCKETS)).containsExactly(0, 0);
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
        socket("before", Map.of("SocketMode", "0604"), "ListenStream=/run/b.sock", "ListenDatagram=/run/b.dgram");
        socket("pipe", Map.of("SocketMode", "0604"), "ListenFIFO=/run/b.fifo");
        var filled = new TreeMap<>(settings);
        filled.values().removeIf(String::isEmpty);
        socket("fresh", filled, "ListenStream=/run/f.sock", "ListenFIFO=/run/f.fifo");

        isDone(adjust("before", settings, "ListenStream=/run/b.sock", "ListenDatagram=/run/b.dgram"));
        isDone(adjust("pipe", settings, "ListenFIFO=/run/b.fifo"));

        assertThat(place("/run/b.sock")).isEqualTo("socket " + then).isEqualTo(place("/run/f.sock"));
        assertThat(place("/run/b.dgram")).isEqualTo("socket " + then);
        assertThat(place("/run/b.fifo")).isEqualTo("fifo " + then).isEqualTo(place("/run/f.fifo"));
        host.exec("systemctl", "stop", "before.socket", "pipe.socket", "fresh.socket");
        host.exec("rm", "-f", "/run/b.fifo", "/run/f.fifo");
    }

    @Test
    void aConnectionIsNeitherRefusedNorLostWhileEverythingIsChanged() throws Exception {
        host.writeExecutable("/opt/answers", """
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
        socket("busy", "ListenStream=127.0.0.1:7121", "Backlog=512");
        host.write("/etc/systemd/system/busy.service", "[Service]\nExecStart=/opt/answers\n");
        host.exec("systemctl", "daemon-reload");
        var socket = inode("127.0.0.1:7121");

        try (var load = HostLoad.on(host, 7121, List.of("new:3:0", "kept:3:0"))) {
            load.during();
            for (int i = 0; i < 1_000; i++) {
                isDone(adjust(
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
        assertThat(backlog("127.0.0.1:7121")).isEqualTo(512 + 999);
        assertThat(inode("127.0.0.1:7121")).isEqualTo(socket);
        assertThat(options("7121", List.of("SO_PRIORITY"))).containsExactly(999 % 7);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # what somebody does to the place                                             | why it is refused
        mv PLACE PLACE.away; ln -s PLACE.away PLACE                                   | there is a symlink in it
        rm PLACE; ln -s /run/victim PLACE                                             | there is a symlink in it
        mv DIR DIR.away; ln -s DIR.away DIR                                           | there is a symlink in it
        rm PLACE; ln /run/systemd/notify PLACE                                        | it has 2 names
        rm PLACE; touch PLACE                                                         | it is no socket any more
        rm PLACE; mkfifo PLACE                                                        | it is no socket any more
        """)
    void whatSomebodyElsePutInTheSocketsPlaceIsLeftAlone(String deed, String why) throws Exception {
        host.exec("bash", "-c", "rm -rf /run/theirs* /run/victim; install -d -o games /run/theirs; touch /run/victim");
        socket("theirs", "ListenStream=/run/theirs/sock");
        host.exec("bash", "-c", deed.replace("PLACE", "/run/theirs/sock").replace("DIR", "/run/theirs"));
        var before = host.exec("stat", "--dereference", "--format=%n %a %U", "/run/theirs/sock", "/run/victim");

        var outcome = adjust(
                "theirs",
                Map.of("SocketMode", "0602", "SocketUser", "games", "SocketGroup", ""),
                "ListenStream=/run/theirs/sock");

        assertThat(outcome.result()).isEqualTo("failed");
        assertThat(outcome.message()).contains("/run/theirs/sock is not changed: " + why);
        assertThat(JobFailure.of(step(), outcome).fault()).isEqualTo(Fault.SURROUNDINGS);
        assertThat(host.exec("stat", "--dereference", "--format=%n %a %U", "/run/theirs/sock", "/run/victim"))
                .isEqualTo(before);
        host.exec("systemctl", "stop", "theirs.socket");
    }

    @Test
    void anotherFifoInThePlaceOfSystemdsIsLeftAlone() throws Exception {
        socket("swapped", "ListenFIFO=/run/swapped.fifo");
        host.exec("bash", "-c", "rm /run/swapped.fifo; mkfifo --mode=600 /run/swapped.fifo");

        var outcome = adjust("swapped", Map.of("SocketMode", "0666"), "ListenFIFO=/run/swapped.fifo");

        assertThat(outcome.message()).contains("systemd holds no open socket at ListenFIFO=/run/swapped.fifo");
        assertThat(place("/run/swapped.fifo")).isEqualTo("fifo 600 root:root");
    }

    private static Adjust step() {
        return new Adjust("any.socket", Set.of(), Map.of(), "for the test");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ListenStream=7199",
                "ListenStream=0.0.0.0:7131",
                "ListenDatagram=127.0.0.1:7131",
                "ListenStream=@found",
                "ListenFIFO=/run/found.sock.fifo",
                "ListenNetlink=kobject-uevent"
            })
    void anAddressThatIsNotOpenIsNamedAndNothingIsChanged(String other) throws Exception {
        socket("found", "ListenStream=127.0.0.1:7131", "ListenStream=/run/found.sock", "Backlog=30");

        var outcome = adjust("found", Map.of("Backlog", "40"), "ListenStream=127.0.0.1:7131", other);

        assertThat(outcome.result()).isEqualTo("failed");
        assertThat(JobFailure.of(step(), outcome).message())
                .isEqualTo("Adjust of found.socket failed: systemd holds no open socket at " + other
                        + "; to bind it anew, stop found.socket and what it starts, then start it");
        assertThat(backlog("127.0.0.1:7131")).isEqualTo(30);
    }

    @Test
    void socketsThatShareAnAddressAreNotTakenForEachOther() throws Exception {
        socket("one", "ListenStream=127.0.0.1:7141", "ReusePort=yes", "Backlog=30");
        socket("two", "ListenStream=127.0.0.1:7141", "ReusePort=yes", "Backlog=30");

        var outcome = adjust("one", Map.of("Backlog", "40"), "ListenStream=127.0.0.1:7141");

        assertThat(outcome.message()).contains("systemd holds 2 sockets at ListenStream=127.0.0.1:7141");
        assertThat(backlog("127.0.0.1:7141")).isEqualTo(30);
    }

    @Test
    void aSocketInANetworkOfItsOwnIsChangedToo() throws Exception {
        socket("apart", "ListenStream=127.0.0.1:7151", "PrivateNetwork=yes");

        isDone(adjust("apart", Map.of("Priority", "3"), "ListenStream=127.0.0.1:7151"));

        assertThat(options("7151", List.of("SO_PRIORITY"))).containsExactly(3);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # setting            | what is said
        KeepAliveProbes=200  | the kernel refuses KeepAliveProbes=200 for ListenStream=7161: Invalid argument
        KeepAliveTimeSec=0   | the kernel refuses KeepAliveTimeSec=0 for ListenStream=7161: Invalid argument
        Backlog=many         | Backlog=many is nothing that systemd takes
        Backlog=-1           | Backlog=-1 is nothing that systemd takes
        Priority=3000000000  | Priority=3000000000 is nothing that systemd takes
        SocketMode=0999      | SocketMode=0999 is nothing that systemd takes
        NoDelay=maybe        | NoDelay=maybe is nothing that systemd takes
        DeferAcceptSec=soon  | DeferAcceptSec=soon is nothing that systemd takes
        SocketUser=nobodys   | there is no nobodys on this host
        """)
    void aValueThatCannotBeIsTheRevisionsFault(String setting, String said) throws Exception {
        int equals = setting.indexOf('=');
        socket("wrong", "ListenStream=7161");

        var outcome = adjust(
                "wrong", Map.of(setting.substring(0, equals), setting.substring(equals + 1)), "ListenStream=7161");

        var failure = JobFailure.of(step(), outcome);
        assertThat(failure.message()).contains(said);
        assertThat(failure.reason()).isEqualTo("NotAdjusted");
        assertThat(failure.fault()).isEqualTo(Fault.REVISION);
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
        host.write("/etc/systemd/system/inside-agent.service", changed.apply(unit));
        host.exec("systemctl", "daemon-reload");
        host.exec("systemctl", "start", "inside-agent.service");
        return host.read("/run/inside.said").strip();
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
        socket("inside", List.of(words[1], words[2], words[3], "Backlog=30", "KeepAliveProbes=4"));

        assertThat(fromInside(unit -> unit.replace(" CAP_SYS_PTRACE", ""), words))
                .contains("adjusted: failed", "may not look at the sockets of systemd", "it needs CAP_SYS_PTRACE");
        assertThat(backlog("127.0.0.1:7171")).isEqualTo(30);
        assertThat(fromInside(UnaryOperator.identity(), words)).isEqualTo("adjusted: done");

        assertThat(backlog("127.0.0.1:7171")).isEqualTo(55);
        assertThat(backlog("/run/inside.sock")).isEqualTo(55);
        assertThat(options("7171", List.of("TCP_KEEPCNT", "SO_PRIORITY"))).containsExactly(9, 6);
        assertThat(place("/run/inside.sock")).isEqualTo("socket 620 sync:nogroup");
        assertThat(place("/run/inside.fifo")).isEqualTo("fifo 620 sync:nogroup");
    }
}
