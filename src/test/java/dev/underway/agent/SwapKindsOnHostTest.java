package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.agent.KindsLoad.Counts;
import dev.underway.model.Revision.UnitText;
import dev.underway.model.UnitSetSpec.UpdateMode;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Services that are passed other descriptors than that of a TCP socket get a new process, by the gentlest step that
/// loses nothing of what comes in.
@Tag("e2e")
class SwapKindsOnHostTest {
    private static final int VERSIONS = 4;

    @AutoClose
    private static final SwapHost on = SwapHost.boot();

    @BeforeAll
    static void install() {
        on.host.writeExecutable(KindsApp.PLACE, KindsApp.PROGRAM);
        KindsLoad.install(on.host);
    }

    private static void apply(KindsApp app) throws Exception {
        on.desire(app);
        on.settle(app);
        assertThat(on.agent.condition(app.name, "Synced"))
                .as("%s", on.agent.status(app.name))
                .isEqualTo("True AsDesired");
    }

    /// Gives `app` new processes while clients are at `address`.
    private static Counts changes(KindsApp app, String address, String step) throws Exception {
        try (var load = KindsLoad.at(on.host, List.of(address))) {
            for (int version = 2; version <= VERSIONS; version++) {
                long before = load.counts().answered();
                apply(app.version(Integer.toString(version)));
                assertThat(on.step(app)).startsWith(step);
                long during = load.counts().answered() - before;
                assertThat(during).as("answers while it changes").isPositive();
                load.awaitAnswers(before + during);
            }
            var counted = load.stop();
            System.out.printf("%s: %d answered, failed %s%n", address, counted.answered(), counted.failed());
            assertThat(counted.failed()).isEmpty();
            return counted;
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        udp           | ListenDatagram=127.0.0.1:9701
        unix          | ListenStream=/run/unix.sock
        abstract      | ListenStream=@abstract
        datagram      | ListenDatagram=/run/datagram.sock
        packet        | ListenSequentialPacket=/run/packet.sock
        """)
    void aSwapLosesNothingOfASocket(String name, String address) throws Exception {
        var app = new KindsApp(name, address);
        apply(app);

        var counted = changes(app, address, "Swap (none): Environment= changed");

        assertThat(counted.versions()).contains("1", "2", "3", "4");
        assertThat(on.running(app)).containsExactly(on.current(app));
    }

    /// The versions that took the lines that were written, of which every one is there, whole and once.
    private static List<String> takers(KindsApp app, Counts counted) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(lines(app)).hasSizeGreaterThanOrEqualTo((int) counted.answered()));
        var all = lines(app);
        assertThat(all.stream().map(SwapKindsOnHostTest::text))
                .allMatch(text -> text.matches("\\d\\d-\\d{8}-x{40}"))
                .doesNotHaveDuplicates()
                .hasSize((int) counted.answered());
        return all.stream().map(SwapKindsOnHostTest::version).distinct().toList();
    }

    private static String version(String line) {
        return line.substring(0, line.indexOf(' '));
    }

    private static String text(String line) {
        return line.substring(line.indexOf(' ') + 1);
    }

    private static List<String> lines(KindsApp app) {
        return on.host.read(app.taken()).lines().toList();
    }

    /// systemd has it open too, so what is written while nobody reads is kept.
    @Test
    void aRestartLosesNoLineOfAFifo() throws Exception {
        var app = new KindsApp("lines", "ListenFIFO=/run/lines.fifo");
        apply(app);

        var counted = changes(
                app,
                "ListenFIFO=/run/lines.fifo",
                "Restart (queued): Environment= changed; not swapped: ListenFIFO= would be read by two processes");

        assertThat(takers(app, counted)).containsExactly("1", "2", "3", "4");
    }

    @Test
    void aSwapLosesNoLineOfAFifoWhenItsAuthorWantsOne() throws Exception {
        var app = new KindsApp("whole", "ListenFIFO=/run/whole.fifo");
        app.update = UpdateMode.Swap;
        apply(app);

        var counted = changes(app, "ListenFIFO=/run/whole.fifo", "Swap (none): Environment= changed");

        assertThat(takers(app, counted)).containsExactlyInAnyOrder("1", "2", "3", "4");
        assertThat(on.running(app)).containsExactly(on.current(app));
    }

    @Test
    void aFifoMovesWithAnAnnouncedGap() throws Exception {
        var app = new KindsApp("moves", "ListenFIFO=/run/moves.a");
        apply(app);

        apply(app.listen("ListenFIFO=/run/moves.b"));

        assertThat(on.agent.status(app.name).plan().toString()).contains("moves.socket is bound anew");
        assertThat(KindsLoad.ask(on.host, "ListenFIFO=/run/moves.b")).isEqualTo("written");
        await().untilAsserted(() -> assertThat(lines(app)).containsExactly("1 hello"));
        assertThat(KindsLoad.ask(on.host, "ListenFIFO=/run/moves.a")).startsWith("OSError");
    }

    @Test
    void aSwapLosesNoMessageOfAQueue() throws Exception {
        var app = new KindsApp("queue", "ListenMessageQueue=/queue");
        apply(app);

        var counted = changes(app, "ListenMessageQueue=/queue", "Swap (none): Environment= changed");

        assertThat(takers(app, counted)).containsExactlyInAnyOrder("1", "2", "3", "4");
    }

    /// Every change of the size of packets is told to whoever listens.
    @Test
    void aSwapLosesNoNewsOfNetlink() throws Exception {
        var app = new KindsApp("news", "ListenNetlink=route 1");
        // The kernel drops what does not fit while nobody reads, whoever is slow.
        app.socket.add("ReceiveBuffer=16M");
        apply(app);

        var counted = changes(app, "ListenNetlink=route 1", "Swap (none): Environment= changed");

        var sizes = IntStream.rangeClosed(1, (int) counted.answered())
                .mapToObj(n -> Integer.toString(KindsLoad.SMALLEST + n))
                .toList();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(lines(app).stream().map(SwapKindsOnHostTest::text))
                        .containsAll(sizes));
        assertThat(lines(app).stream().map(SwapKindsOnHostTest::version)).contains("1", "2", "3", "4");
    }

    @Test
    void oneOfSeveralServicesAtASocketIsSwapped() throws Exception {
        var address = "ListenStream=127.0.0.1:9710";
        var app = new KindsApp("several", address);
        app.others.add(new UnitText("several-more.service", """
            [Service]
            Type=notify
            ExecStart=%s
            Environment=VERSION=more TAKEN=/dev/null
            Sockets=several.socket
            [Install]
            WantedBy=multi-user.target
            """.formatted(KindsApp.PLACE), null));
        apply(app);
        long more = on.agent.pid("several-more.service");

        var counted = changes(app, address, "Swap (none): Environment= changed");

        assertThat(counted.versions()).contains("1", "2", "3", "4", "more");
        assertThat(on.agent.pid("several-more.service")).isEqualTo(more);
        assertThat(on.running(app))
                .hasSize(2)
                .contains(on.current(app))
                .anyMatch(unit -> unit.startsWith("several-more"));
    }
}
