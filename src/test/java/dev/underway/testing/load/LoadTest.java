package dev.underway.testing.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A client that proves that nothing fails must see everything that does.
class LoadTest {
    private static final String GOOD = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nv1 4711";
    private static final String LAST = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 7\r\n\r\nv1 4711";

    private final AtomicInteger connections = new AtomicInteger();
    private ServerSocket server;

    /// What a server does with one connection.
    private interface Behaviour {
        void with(Socket connection) throws IOException;
    }

    @BeforeEach
    void open() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    @ParameterizedTest
    @EnumSource(Group.Connections.class)
    void countsWhatIsAnsweredWholeAndByWhom(Group.Connections sort) {
        serve(c -> answerAll(c, GOOD));

        var tally = requests(sort, 3);

        assertThat(tally.failures).isEmpty();
        assertThat(tally.answeredBy).isEqualTo(Map.of("v1 4711", 3L));
        assertThat(connections.get()).isEqualTo(sort == Group.Connections.NEW ? 3 : 1);
    }

    @Test
    void aConnectionThatTheServerEndsInOrderIsNoFailure() {
        serve(c -> answer(c, LAST));

        var tally = requests(Group.Connections.KEPT, 3);

        assertThat(tally.failures).isEmpty();
        assertThat(connections.get()).isEqualTo(3);
    }

    @Test
    void aKeptConnectionThatEndsUnannouncedFailsAndIsAskedAgainOnce() {
        serve(c -> answer(c, GOOD));

        var tally = requests(Group.Connections.KEPT, 2);

        assertThat(tally.failed()).isOne();
        assertThat(tally.failedTwice).isZero();
        assertThat(tally.answered()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(Group.Connections.class)
    void countsARefusedConnection(Group.Connections sort) throws IOException {
        server.close();

        assertFails(sort, Failure.REFUSED);
    }

    @ParameterizedTest
    @EnumSource(Group.Connections.class)
    void countsACutConnection(Group.Connections sort) {
        serve(c -> {
            read(c);
            c.setSoLinger(true, 0);
        });

        assertFails(sort, Failure.RESET);
    }

    @ParameterizedTest
    @EnumSource(Group.Connections.class)
    void countsAnAnswerThatEndsEarly(Group.Connections sort) {
        serve(c -> answer(c, GOOD.substring(0, GOOD.length() - 2)));

        assertFails(sort, Failure.SHORT);
    }

    @ParameterizedTest
    @EnumSource(Group.Connections.class)
    void countsNoAnswerAtAll(Group.Connections sort) {
        serve(LoadTest::read);

        assertFails(sort, Failure.SHORT);
    }

    @ParameterizedTest
    @EnumSource(Group.Connections.class)
    void countsAnAnswerThatDoesNotCome(Group.Connections sort) {
        serve(c -> {
            read(c);
            read(c);
        });

        assertFails(sort, Failure.TIMEOUT);
    }

    @ParameterizedTest
    @EnumSource(Group.Connections.class)
    void countsAnotherStatus(Group.Connections sort) {
        serve(c -> answerAll(c, GOOD.replace("200 OK", "503 Service Unavailable")));

        assertFails(sort, Failure.STATUS);
    }

    @ParameterizedTest
    @EnumSource(Group.Connections.class)
    void speaksWithRedis(Group.Connections sort) {
        serve(c -> answerAll(c, "+PONG\r\n"));

        var tally = requests(sort, Speech.REDIS, 3);

        assertThat(tally.failures).isEmpty();
        assertThat(tally.answeredBy).isEqualTo(Map.of("+PONG", 3L));
        assertThat(connections.get()).isEqualTo(sort == Group.Connections.NEW ? 3 : 1);
    }

    @Test
    void countsARedisThatRefusesItsService() {
        serve(c -> answerAll(c, "-LOADING Redis is loading the dataset in memory\r\n"));

        var tally = requests(Group.Connections.NEW, Speech.REDIS, 1);

        assertThat(tally.failures).isEqualTo(Map.of(Failure.STATUS, 2L));
    }

    @ParameterizedTest
    @EnumSource(Group.Connections.class)
    void isGreetedBySshAndStaysConnected(Group.Connections sort) {
        serve(c -> {
            say(c, "SSH-2.0-OpenSSH_9.2p1 one\r\n");
            read(c);
        });

        var tally = requests(sort, Speech.SSH, 3);

        assertThat(tally.failures).isEmpty();
        assertThat(tally.answeredBy).isEqualTo(Map.of("SSH-2.0-OpenSSH_9.2p1 one", 3L));
        assertThat(connections.get()).isEqualTo(sort == Group.Connections.NEW ? 3 : 1);
    }

    @Test
    void countsAnSshConnectionThatEnds() {
        serve(c -> say(c, "SSH-2.0-OpenSSH_9.2p1 one\r\n"));

        // Greeted, cut, greeted anew when asked again.
        var tally = requests(Group.Connections.KEPT, Speech.SSH, 2);

        assertThat(tally.failed()).isOne();
        assertThat(tally.failedTwice).isZero();
        assertThat(tally.answered()).isEqualTo(2);
    }

    @Test
    void countsWhatIsNoGreetingOfSsh() {
        serve(c -> say(c, "Not allowed at this time\r\n"));

        var tally = requests(Group.Connections.NEW, Speech.SSH, 1);

        assertThat(tally.failures).isEqualTo(Map.of(Failure.STATUS, 2L));
    }

    @ParameterizedTest
    @ValueSource(strings = {"new:8:0", "kept:4:80", "kept:2:0:redis", "new:1:0:ssh"})
    void aGroupIsNamedAsItWasWritten(String text) {
        assertThat(Group.parse(text).name()).isEqualTo(text);
    }

    @Test
    void quantilesAreNoLessThanWhatWasMeasuredAndAtMostTwoPercentMore() {
        var latencies = new Latencies();
        for (long micros = 1; micros <= 100_000; micros++) {
            latencies.add(micros);
        }

        assertThat(latencies.quantile(0.5)).isBetween(50_000L, 51_000L);
        assertThat(latencies.quantile(0.99)).isBetween(99_000L, 100_000L);
        assertThat(latencies.quantile(1)).isEqualTo(latencies.longest()).isEqualTo(100_000);
        assertThat(latencies.count()).isEqualTo(100_000);
    }

    private void assertFails(Group.Connections sort, Failure failure) {
        var tally = requests(sort, 1);

        // Asked again once, which fails too.
        assertThat(tally.failures).isEqualTo(Map.of(failure, 2L));
        assertThat(tally.failedTwice).isOne();
        assertThat(tally.examples.getFirst()).contains(failure.word());
        assertThat(tally.answered()).isZero();
    }

    private Tally requests(Group.Connections sort, int count) {
        return requests(sort, Speech.HTTP, count);
    }

    private Tally requests(Group.Connections sort, Speech speech, int count) {
        var options = Options.parse(
                "--port", Integer.toString(server.getLocalPort()), "--group", "new:1:0", "--timeout-ms", "300");
        var turns = new AtomicInteger();
        return new Client(new Group(sort, 1, 0, speech), options, () -> Window.DURING)
                .run(() -> turns.incrementAndGet() <= count);
    }

    private void serve(Behaviour behaviour) {
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try {
                    var connection = server.accept();
                    connections.incrementAndGet();
                    Thread.ofVirtual().start(() -> {
                        try (connection) {
                            behaviour.with(connection);
                        } catch (IOException e) {
                            // The client hung up.
                        }
                    });
                } catch (IOException e) {
                    return;
                }
            }
        });
    }

    private static void answerAll(Socket connection, String answer) throws IOException {
        while (read(connection)) {
            connection.getOutputStream().write(answer.getBytes(ISO_8859_1));
        }
    }

    private static void answer(Socket connection, String answer) throws IOException {
        read(connection);
        connection.getOutputStream().write(answer.getBytes(ISO_8859_1));
    }

    private static void say(Socket connection, String text) throws IOException {
        connection.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    private static boolean read(Socket connection) throws IOException {
        var buffer = new byte[4096];
        int length = connection.getInputStream().read(buffer);
        return length > 0 && new String(Arrays.copyOf(buffer, length), ISO_8859_1).endsWith("\r\n");
    }
}
