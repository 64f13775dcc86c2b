package dev.underway.agent.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.host.BoundAddress.Kind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// That what a unit says and what the kernel says are found to be the same, or not. The kernel's bytes are
/// those of getsockname(2) on x86-64.
class BoundAddressTest {
    private static final int STREAM = 1;
    private static final int DATAGRAM = 2;
    private static final int SEQUENTIAL = 5;

    @TempDir
    private Path directory;

    private String candidates(String listen) {
        return BoundAddress.of(listen, new HostRoot(directory)).stream()
                .map(address -> address.kind() + " " + address.name())
                .collect(Collectors.joining(", "));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # a line of the unit                        | where it may be bound
        ListenStream=8080                           | STREAM 0:0:0:0:0:0:0:0 8080, STREAM 0.0.0.0 8080
        ListenDatagram=53                           | DATAGRAM 0:0:0:0:0:0:0:0 53, DATAGRAM 0.0.0.0 53
        ListenStream=127.0.0.1:80                   | STREAM 127.0.0.1 80
        ListenStream= 127.0.0.1:80                  | STREAM 127.0.0.1 80
        ListenStream=[::1]:80                       | STREAM 0:0:0:0:0:0:0:1 80
        ListenStream=[2001:DB8::a]:443              | STREAM 2001:db8:0:0:0:0:0:a 443
        ListenStream=[fe80::1]:80%3                 | STREAM fe80:0:0:0:0:0:0:1%3 80
        ListenStream=[fe80::1]:80%eth7              | STREAM fe80:0:0:0:0:0:0:1%12 80
        ListenStream=/run/app.sock                  | STREAM /run/app.sock
        ListenStream=/run//app/./app.sock           | STREAM /run/app/app.sock
        ListenStream=/var/run/app.sock              | STREAM /run/app.sock
        ListenStream=%t/app.sock                    | STREAM /run/app.sock
        ListenStream=%S/a%%t                        | STREAM /var/lib/a%t
        ListenSequentialPacket=@app                 | SEQUENTIAL @app
        ListenFIFO=/run/app.fifo                    | FIFO /run/app.fifo
        """)
    void knowsWhereSystemdBindsALine(String listen, String bound) throws Exception {
        Files.createDirectories(directory.resolve("sys/class/net/eth7"));
        Files.writeString(directory.resolve("sys/class/net/eth7/ifindex"), "12\n");

        assertThat(candidates(listen)).isEqualTo(bound);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ListenStream=",
                "ListenStream=vsock:2:80",
                "ListenStream=localhost:80",
                "ListenStream=1.2.3.400:80",
                "ListenStream=[::zz]:80",
                "ListenStream=[::1]",
                "ListenStream=[fe80::1]:80%nowhere",
                "ListenNetlink=kobject-uevent",
                "ListenMessageQueue=/q"
            })
    void knowsNothingOfOthers(String listen) {
        assertThat(candidates(listen)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # type | bytes of the kernel                                      | a line of the unit
        1      | 02001f907f0000010000000000000000                         | ListenStream=127.0.0.1:8080
        2      | 020000350a0000070000000000000000                         | ListenDatagram=10.0.0.7:53
        1      | 0a000050000000000000000000000000000000000000000100000000 | ListenStream=[::1]:80
        1      | 0a00ffff000000000000000000000000000000000000000000000000 | ListenStream=65535
        1      | 0a00005000000000fe80000000000000000000000000000103000000 | ListenStream=[fe80::1]:80%3
        1      | 01002f72756e2f6100                                       | ListenStream=/run/a
        5      | 010000617070                                             | ListenSequentialPacket=@app
        """)
    void findsTheSocketOfALine(int type, String bytes, String listen) {
        var ofKernel = BoundAddress.of(type, HexFormat.of().parseHex(bytes)).orElseThrow();

        assertThat(BoundAddress.of(listen, new HostRoot(directory)).getFirst()).isEqualTo(ofKernel);
    }

    /// The longest path has no zero at its end (unix(7)).
    @Test
    void readsAPathThatFillsItsPlace() {
        var path = "/run/" + "x".repeat(103);

        var address = BoundAddress.of(DATAGRAM, ("\1\0" + path).getBytes(StandardCharsets.UTF_8));

        assertThat(address).contains(new BoundAddress(Kind.DATAGRAM, path));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # type | what is no address that a unit listens at | bytes
        1      | a local socket without a name             | 0100
        2      | netlink(7)                                | 100000000100000000000000
        3      | a raw socket                              | 020000007f0000010000000000000000
        """)
    void passesOver(int type, String what, String bytes) {
        assertThat(BoundAddress.of(type, HexFormat.of().parseHex(bytes)))
                .as(what)
                .isEmpty();
    }

    @Test
    void whatIsListenedAtInAnotherWayIsAnother() {
        var bytes = HexFormat.of().parseHex("01002f72756e2f6100");

        assertThat(BoundAddress.of(STREAM, bytes)).isNotEqualTo(BoundAddress.of(SEQUENTIAL, bytes));
    }
}
