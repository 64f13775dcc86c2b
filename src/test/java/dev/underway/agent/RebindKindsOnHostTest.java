package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.KindsLoad.Counts;
import dev.underway.model.Revision.UnitText;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What [RebindOnHostTest] is for TCP, for every kind of socket: addresses come, change and go, and nobody at the one
/// that stays notices.
@Tag("e2e")
class RebindKindsOnHostTest {
    @AutoClose
    private static final SwapHost on = SwapHost.boot();

    @BeforeAll
    static void install() {
        on.host.writeExecutable(KindsApp.PLACE, KindsApp.PROGRAM);
        KindsLoad.install(on.host);
    }

    private static void begin(KindsApp app) throws Exception {
        on.desire(app);
        on.settle(app);
        isSettled(app);
    }

    /// Makes the host as `app` says while clients are at `stays`, of whom none must notice.
    private static void changes(KindsApp app, String stays) throws Exception {
        Counts counted;
        try (var load = KindsLoad.at(on.host, List.of(stays))) {
            long before = load.counts().answered();
            on.desire(app);
            on.settle(app);
            long during = load.counts().answered() - before;
            assertThat(during).as("answers while it changes").isPositive();
            load.awaitAnswers(before + during);
            counted = load.stop();
        }
        System.out.printf("%s: %d answered, failed %s%n", stays, counted.answered(), counted.failed());
        assertThat(counted.failed()).isEmpty();
        assertThat(on.step(app)).startsWith("Swap (none)");
        isSettled(app);
    }

    private static void isSettled(KindsApp app) {
        assertThat(on.agent.condition(app.name, "Synced"))
                .as("%s", on.agent.status(app.name))
                .isEqualTo("True AsDesired");
        assertThat(on.running(app)).containsExactly(on.current(app));
    }

    private static String ask(String address) {
        return KindsLoad.ask(on.host, address);
    }

    private static List<String> bridges(KindsApp app) {
        return on.host
                .exec("find", "/run/systemd/system", "-name", app.name + "-*.socket")
                .lines()
                .toList();
    }

    private static void boots(KindsApp app) throws Exception {
        on.powerLoss();
        assertThat(bridges(app)).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # kind   | what stays                      | what comes                      | what that becomes
        unix     | ListenStream=/run/unix/a.sock   | ListenStream=/run/unix/b.sock   | ListenStream=/run/unix/c.sock
        abstract | ListenStream=@abstract-a        | ListenStream=@abstract-b        | ListenStream=@abstract-c
        named    | ListenStream=/run/named/a.sock  | ListenStream=@named-b           | ListenStream=127.0.0.1:9601
        six      | ListenStream=[::1]:9610         | ListenStream=[::1]:9611         | ListenStream=[::1]:9612
        beside   | ListenStream=127.0.0.1:9620     | ListenStream=[::1]:9620         | ListenStream=[::1]:9621
        udp      | ListenDatagram=127.0.0.1:9630   | ListenDatagram=127.0.0.1:9631   | ListenDatagram=[::1]:9632
        both     | ListenDatagram=127.0.0.1:9640   | ListenStream=127.0.0.1:9640     | ListenStream=127.0.0.1:9641
        datagram | ListenDatagram=/run/datagram/a  | ListenDatagram=/run/datagram/b  | ListenDatagram=@datagram-c
        packet   | ListenSequentialPacket=/run/p/a | ListenSequentialPacket=/run/p/b | ListenSequentialPacket=@p-c
        """)
    void anAddressComesChangesAndGoes(String kind, String stays, String comes, String becomes) throws Exception {
        var app = new KindsApp(kind, stays);
        begin(app);
        assertThat(ask(stays)).isEqualTo("1");

        changes(app.listen(stays, comes), stays);
        assertThat(ask(comes)).isEqualTo("1");
        assertThat(bridges(app)).hasSize(1);

        changes(app.listen(stays, becomes), stays);
        assertThat(ask(becomes)).isEqualTo("1");
        assertThat(ask(comes)).startsWith("ConnectionRefusedError");
        assertThat(bridges(app)).hasSize(1);

        boots(app);
        assertThat(List.of(ask(stays), ask(becomes))).containsExactly("1", "1");
        assertThat(ask(comes)).startsWith(comes.contains("=/") ? "FileNotFoundError" : "ConnectionRefusedError");
        begin(app);

        changes(app.listen(stays), stays);
        assertThat(ask(becomes)).startsWith("ConnectionRefusedError");
        assertThat(bridges(app)).isEmpty();
    }

    /// What is left of an address that was closed is its file.
    @Test
    void aPathThatWasClosedIsOpenedAgain() throws Exception {
        var app = new KindsApp("again", "ListenStream=/run/again/a", "ListenStream=/run/again/b");
        begin(app);
        changes(app.listen("ListenStream=/run/again/a"), "ListenStream=/run/again/a");
        assertThat(ask("ListenStream=/run/again/b")).startsWith("ConnectionRefusedError");

        changes(app.listen("ListenStream=/run/again/a", "ListenStream=/run/again/b"), "ListenStream=/run/again/a");

        assertThat(ask("ListenStream=/run/again/b")).isEqualTo("1");
        assertThat(bridges(app)).hasSize(1);
    }

    @Test
    void ofTwoSocketsOneChanges() throws Exception {
        String stays = "ListenStream=127.0.0.1:9650";
        var app = new KindsApp("two", stays);
        second(app, "ListenStream=127.0.0.1:9651");
        begin(app);
        assertThat(ask("ListenStream=127.0.0.1:9651")).isEqualTo("1");

        second(app, "ListenStream=127.0.0.1:9651\nListenStream=/run/two/c");
        changes(app, stays);
        assertThat(List.of(ask("ListenStream=127.0.0.1:9651"), ask("ListenStream=/run/two/c")))
                .containsExactly("1", "1");
        assertThat(bridges(app)).hasSize(1);

        // whoever stays at the socket that changes does not notice either
        second(app, "ListenStream=/run/two/c");
        changes(app, "ListenStream=/run/two/c");
        assertThat(ask("ListenStream=127.0.0.1:9651")).startsWith("ConnectionRefusedError");
        assertThat(ask(stays)).isEqualTo("1");

        boots(app);
        assertThat(List.of(ask(stays), ask("ListenStream=/run/two/c"))).containsExactly("1", "1");
        begin(app);
    }

    private static void second(KindsApp app, String addresses) {
        app.others.clear();
        app.others.add(new UnitText("two-other.socket", """
            [Socket]
            %s
            Service=two.service
            [Install]
            WantedBy=sockets.target
            """.formatted(addresses), null));
    }
}
