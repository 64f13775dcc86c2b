package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.SwapHost.App;
import dev.underway.testing.HostLoad.Counted;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The addresses of a socket change while it is up, and nobody at an address that stays notices.
@Tag("e2e")
class RebindOnHostTest {
    @AutoClose
    private static final SwapHost on = SwapHost.boot();

    private static App begun(String name, int port) throws Exception {
        var app = new App(name, port).version("1");
        on.desire(app);
        on.settle(app);
        assertThat(on.get(port)).contains("1 ");
        return app;
    }

    /// Makes `app` listen at `addresses` under load at its own port.
    private static Counted listen(App app, String... addresses) throws Exception {
        app.socket.clear();
        List.of(addresses).forEach(address -> app.socket.add("ListenStream=" + address));
        app.socket.add("Backlog=4096");
        return on.underLoad(app, () -> {
            on.desire(app);
            on.settle(app);
        });
    }

    private static void isSettled(App app, Counted counted) {
        assertThat(counted.failed()).as("%s", counted).isZero();
        assertThat(on.agent.condition(app.name, "Synced"))
                .as("%s", on.agent.status(app.name))
                .isEqualTo("True AsDesired");
        assertThat(on.running(app)).containsExactly(on.current(app));
    }

    private static List<String> bridges(App app) {
        return on.host
                .exec("find", "/run/systemd/system", "-name", app.name + "-*.socket")
                .lines()
                .toList();
    }

    private static String inode(App app) {
        return on.host.exec("sh", "-c", "ss -ltnpe sport = :" + app.port + " | grep -o 'ino:[0-9]*'");
    }

    @Test
    void anAddressIsAddedAndRemoved() throws Exception {
        var app = begun("more", 9200);
        var socket = inode(app);

        var added = listen(app, "127.0.0.1:9200", "127.0.0.1:9201");

        isSettled(app, added);
        assertThat(on.get(9201)).contains("1 ");
        assertThat(bridges(app)).hasSize(1);
        assertThat(inode(app)).isEqualTo(socket);

        var removed = listen(app, "127.0.0.1:9200");

        isSettled(app, removed);
        assertThat(on.get(9201)).isEmpty();
        assertThat(bridges(app)).isEmpty();
        assertThat(inode(app)).isEqualTo(socket);
    }

    /// Its bridge goes with it, and its own file has all.
    @Test
    void whoStopsAndStartsItByHandHasAllOfIt() throws Exception {
        var app = begun("byhand", 9270);
        listen(app, "127.0.0.1:9270", "127.0.0.1:9271");

        on.host.exec("systemctl", "stop", "byhand.socket", app.unit());
        assertThat(on.get(9271)).isEmpty();
        on.host.exec("systemctl", "start", "byhand.socket");

        assertThat(on.get(9271)).contains("1 ");
        assertThat(on.get(9270)).contains("1 ");
        on.settle(app);
        assertThat(on.get(9271)).contains("1 ");
        assertThat(on.get(9270)).contains("1 ");
        assertThat(on.agent.condition(app.name, "Synced"))
                .as("%s", on.agent.status(app.name))
                .isEqualTo("True AsDesired");
        assertThat(bridges(app)).isEmpty();
    }

    @Test
    void aPortChangesAndTheOldOneIsServedUntilTheNewOneIs() throws Exception {
        var app = begun("moved", 9210);

        listen(app, "127.0.0.1:9211");

        assertThat(on.agent.condition(app.name, "Synced"))
                .as("%s", on.agent.status(app.name))
                .isEqualTo("True AsDesired");
        assertThat(on.get(9211)).contains("1 ");
        assertThat(on.get(9210)).isEmpty();

        // and what is at a bridge now stays when another one comes
        var again = new App("moved", 9211).version("1");
        var counted = listen(again, "127.0.0.1:9211", "127.0.0.1:9212");

        isSettled(again, counted);
        assertThat(on.get(9212)).contains("1 ");
        assertThat(bridges(app)).hasSize(2);
    }

    /// The agent of these tests is outside of the host, and sees its first process all the same.
    @Test
    void whatIsSetOnASocketIsSetOnTheOpenOne() throws Exception {
        var app = begun("adjusted", 9250);
        app.socket.add("ListenStream=/run/adjusted.sock");
        on.desire(app);
        on.settle(app);
        var socket = inode(app);
        var process = on.current(app);

        app.socket.remove("Backlog=4096");
        app.socket.addAll(List.of("Backlog=77", "SocketMode=0600", "SocketUser=games", "KeepAlive=yes"));
        var counted = on.underLoad(app, () -> {
            on.desire(app);
            on.settle(app);
        });

        isSettled(app, counted);
        assertThat(on.current(app)).isEqualTo(process);
        assertThat(inode(app)).isEqualTo(socket);
        assertThat(on.host.exec("ss", "-Hlnt", "sport = :9250").split("\\s+")[2])
                .isEqualTo("77");
        assertThat(on.host.exec("stat", "-c", "%a %U %G", "/run/adjusted.sock").strip())
                .isEqualTo("600 games games");

        // with an address that comes and one that goes
        app.socket.removeIf(line -> line.startsWith("Socket") || line.startsWith("Backlog") || line.contains("/run/"));
        app.socket.addAll(List.of("Backlog=88", "ListenStream=127.0.0.1:9251"));
        counted = on.underLoad(app, () -> {
            on.desire(app);
            on.settle(app);
        });

        isSettled(app, counted);
        assertThat(inode(app)).isEqualTo(socket);
        for (var port : List.of("9250", "9251")) {
            assertThat(on.host.exec("ss", "-Hlnt", "sport = :" + port).split("\\s+")[2])
                    .isEqualTo("88");
        }
    }

    /// 0.0.0.0 and [::] for IPv6 alone are two sockets for the kernel.
    @Test
    void theOtherFamilyIsAdded() throws Exception {
        var app = begun("both", 9240);
        app.socket.set(0, "ListenStream=0.0.0.0:9240");
        on.desire(app);
        on.settle(app);
        app.socket.add("BindIPv6Only=ipv6-only");
        app.socket.add("ListenStream=[::]:9240");

        var counted = on.underLoad(app, () -> {
            on.desire(app);
            on.settle(app);
        });

        isSettled(app, counted);
        var request = "GET / HTTP/1.1\\r\\nHost: here\\r\\nConnection: close\\r\\n\\r\\n";
        assertThat(on.host.exec("bash", "-c", "exec 3<>/dev/tcp/::1/9240; printf '" + request + "' >&3; cat <&3"))
                .contains("1 ");
        on.powerLoss();
        assertThat(on.get(9240)).contains("1 ");
    }

    @Test
    void theNextBootHasAllOfItInTheSocketItself() throws Exception {
        var app = begun("boots", 9220);
        isSettled(app, listen(app, "127.0.0.1:9220", "127.0.0.1:9221"));

        on.powerLoss();

        assertThat(on.get(9220)).contains("1 ");
        assertThat(on.get(9221)).contains("1 ");
        assertThat(bridges(app)).isEmpty();
        on.desire(app);
        on.settle(app);
        assertThat(on.agent.condition(app.name, "Synced")).isEqualTo("True AsDesired");
        assertThat(on.get(9221)).contains("1 ");
    }

    @Test
    void anAddressThatIsTakenIsTheRevisionsFaultAndChangesNothing() throws Exception {
        var app = begun("taken", 9230);
        on.host.exec(
                "systemd-run",
                "--unit=squatter",
                "python3",
                "-c",
                "import socket, time; s = socket.create_server(('127.0.0.1', 9231)); time.sleep(1000)");
        var before = on.current(app);

        var counted = listen(app, "127.0.0.1:9230", "127.0.0.1:9231");

        assertThat(counted.failed()).as("%s", counted).isZero();
        assertThat(on.agent.condition(app.name, "Synced")).isEqualTo("False Reverted");
        assertThat(on.agent.conditionOf(app.name, "Synced").message()).contains("the new address of taken.service");
        assertThat(on.current(app)).isEqualTo(before);
        assertThat(bridges(app)).isEmpty();
        assertThat(on.host.read("/etc/systemd/system/taken.socket")).doesNotContain("9231");
    }

    @Test
    void theProgramChangesTogetherWithTheAddresses() throws Exception {
        var app = begun("both", 9240);

        var counted = listen(app.version("2"), "127.0.0.1:9240", "127.0.0.1:9241");

        isSettled(app, counted);
        assertThat(on.get(9241)).contains("2 ");
        assertThat(on.get(9240)).contains("2 ");
    }
}
