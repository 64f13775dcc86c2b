package dev.underway.agent.execute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.agent.host.HostRoot;
import dev.underway.agent.systemd.DbusSystemd;
import dev.underway.agent.systemd.Systemd.JobOutcome;
import dev.underway.plan.Step.Adjust;
import dev.underway.testing.TestHost;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A booted host with sockets that systemd holds open, which are changed as the agent does it.
final class OpenSocketsHost implements AutoCloseable {
    final TestHost host;
    private final DbusSystemd systemd;
    private final OpenSockets sockets;

    private OpenSocketsHost(TestHost host) {
        this.host = host;
        systemd = DbusSystemd.open(host.systemBus());
        sockets = new OpenSockets(new HostRoot(host.path("/")), systemd);
    }

    /// For `@AutoClose` fields, which tests of a class share.
    static OpenSocketsHost boot(String... options) {
        var all = new ArrayList<>(List.of("--no-generators"));
        all.addAll(List.of(options));
        return new OpenSocketsHost(TestHost.boot(all.toArray(String[]::new)));
    }

    /// Starts a socket with these lines.
    void socket(String name, List<String> lines) {
        host.write("/etc/systemd/system/" + name + ".service", """
            [Service]
            ExecStart=/bin/sleep infinity
            """);
        host.write("/etc/systemd/system/" + name + ".socket", "[Socket]\n" + String.join("\n", lines) + "\n");
        host.exec("systemctl", "daemon-reload");
        host.exec("systemctl", "start", name + ".socket");
    }

    void socket(String name, String... lines) {
        socket(name, List.of(lines));
    }

    void socket(String name, Map<String, String> settings, String... listens) {
        var lines = new ArrayList<>(List.of(listens));
        settings.forEach((key, value) -> lines.add(key + "=" + value));
        socket(name, lines);
    }

    JobOutcome adjust(String name, Map<String, String> settings, String... listens) throws Exception {
        return sockets.adjust(new Adjust(name + ".socket", Set.of(listens), settings, "for the test"));
    }

    /// What ss(8) says of the socket that listens at an address.
    List<String> ss(String address) {
        return host.exec("ss", "--no-header", "--listening", "--numeric", "--tcp", "--udp", "--unix", "--extended")
                .lines()
                .map(line -> List.of(line.strip().split("\\s+")))
                .filter(words -> words.get(4).equals(address))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing listens at " + address));
    }

    int backlog(String address) {
        return Integer.parseInt(ss(address).get(3));
    }

    /// Its number in the kernel, which another socket at the same address would not have.
    String inode(String address) {
        return ss(address).stream()
                .filter(word -> word.startsWith("ino:"))
                .findFirst()
                .orElse(ss(address).get(5));
    }

    /// Options of the sockets at a path or port as systemd has them, in the order of `names`.
    List<Integer> options(String address, List<String> names) {
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

    String place(String path) {
        return host.exec("stat", "--format=%F %a %U:%G", path).strip();
    }

    @Override
    public void close() {
        systemd.close();
        host.close();
    }
}
