package dev.underway.agent;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.underway.model.Codec;
import dev.underway.testing.TestHost;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Clients of a [KindsApp] inside its host, a few at each address, that count what is answered and what is not. Where
/// nothing is answered they write numbered lines, or for netlink give `lo` one size after the other, and count these.
final class KindsLoad implements AutoCloseable {
    /// Where [#PROGRAM] lies.
    static final String PLACE = "/opt/kinds-client";

    /// Addresses are said as in a socket unit. `ask` says what one client is answered, or the error; `load` says for
    /// every line of its input what was counted.
    static final String PROGRAM = """
        #!/usr/bin/python3 -S
        import ctypes, fcntl, json, os, socket, struct, sys, threading, time

        TYPES = {
            "ListenStream": socket.SOCK_STREAM,
            "ListenDatagram": socket.SOCK_DGRAM,
            "ListenSequentialPacket": socket.SOCK_SEQPACKET,
        }
        SIOCSIFMTU = 0x8922
        SMALLEST = 2000
        libc = ctypes.CDLL(None, use_errno=True)
        lock = threading.Lock()
        counted = {"answered": 0, "failed": {}, "versions": {}}
        over = threading.Event()


        def connected(address):
            key, _, value = address.partition("=")
            if value[0] in "/@":
                client = socket.socket(socket.AF_UNIX, TYPES[key])
                if key == "ListenDatagram":
                    client.bind("")
                where = value.replace("@", "\\0")
            else:
                host, _, port = value.rpartition(":")
                host = host.strip("[]")
                client = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, TYPES[key])
                where = (host, int(port))
            client.settimeout(10)
            client.connect(where)
            return client


        def version(address, text):
            with connected(address) as client:
                client.send(text.encode())
                said, _, rest = client.recv(1000).decode().partition(" ")
                if rest != text:
                    raise ValueError("short" if text.startswith(rest) else "mixed up")
                return said


        def written(address, text):
            key, _, value = address.partition("=")
            if key == "ListenFIFO":
                line = os.open(value, os.O_WRONLY | os.O_NONBLOCK)
                os.write(line, text.encode() + b"\\n")
                os.close(line)
            elif key == "ListenMessageQueue":
                queue = libc.mq_open(value.encode(), os.O_WRONLY)
                if queue < 0 or libc.mq_send(queue, text.encode(), ctypes.c_size_t(len(text)), 0) < 0:
                    raise OSError(ctypes.get_errno(), "mq")
                os.close(queue)
            elif key == "ListenNetlink":
                with lock, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as anything:
                    counted["size"] = counted.get("size", SMALLEST) + 1
                    fcntl.ioctl(anything, SIOCSIFMTU, struct.pack("16si12x", b"lo", counted["size"]))
            return "written"


        def tried(address, text):
            try:
                return (version if address.partition("=")[0] in TYPES else written)(address, text), None
            except (OSError, ValueError) as e:
                return None, type(e).__name__ + " " + str(e)


        def ask_for_ever(address, name):
            number = 0
            while not over.is_set():
                number += 1
                said, failure = tried(address, "%s-%08d-" % (name, number) + "x" * 40)
                with lock:
                    if failure:
                        counted["failed"][failure] = counted["failed"].get(failure, 0) + 1
                    else:
                        counted["answered"] += 1
                        counted["versions"][said] = counted["versions"].get(said, 0) + 1
                time.sleep(0.002)


        if sys.argv[1] == "ask":
            said, failure = tried(sys.argv[2], "hello")
            print(failure or said)
            sys.exit()
        clients = [
            threading.Thread(target=ask_for_ever, args=(address, "%02d" % (3 * i + n)))
            for i, address in enumerate(sys.argv[2:])
            for n in range(3)
        ]
        for client in clients:
            client.start()
        for line in sys.stdin:
            with lock:
                print(json.dumps(counted), flush=True)
        over.set()
        for client in clients:
            client.join()
        print(json.dumps(counted), flush=True)
        """;

    /// After which sizes of `lo` begin.
    static final int SMALLEST = 2000;

    private final Process process;
    private final BufferedReader said;

    /// What was counted since the clients have begun.
    record Counts(JsonNode report) {
        long answered() {
            return report.get("answered").asLong();
        }

        /// By error, how often: empty when all is well.
        JsonNode failed() {
            return report.get("failed");
        }

        /// The versions that have answered.
        List<String> versions() {
            var all = new ArrayList<String>();
            report.get("versions").fieldNames().forEachRemaining(all::add);
            return List.copyOf(all);
        }
    }

    private KindsLoad(Process process) {
        this.process = process;
        this.said = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    static void install(TestHost host) {
        host.writeExecutable(PLACE, PROGRAM);
    }

    /// What one client is answered at `address`: the version, or the error.
    static String ask(TestHost host, String address) {
        return host.exec(PLACE, "ask", address).strip();
    }

    /// Clients that have been answered and go on.
    static KindsLoad at(TestHost host, List<String> addresses) {
        var command = new ArrayList<>(
                List.of(Path.of("deploy/lib/testhost").toAbsolutePath().toString(), "exec", host.name(), "--", PLACE));
        command.add("load");
        command.addAll(addresses);
        try {
            var process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            var load = new KindsLoad(process);
            load.awaitAnswers(0);
            return load;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What was counted until now.
    Counts counts() {
        try {
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
            return read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Waits until some more were answered than `before`, or anything failed.
    void awaitAnswers(long before) {
        await().atMost(Duration.ofSeconds(30))
                .until(
                        this::counts,
                        now -> now.answered() >= before + 20 || !now.failed().isEmpty());
    }

    /// Ends the clients and says what they counted in all.
    Counts stop() {
        try {
            process.getOutputStream().close();
            return read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Counts read() throws IOException {
        var line = said.readLine();
        if (line == null) {
            throw new IllegalStateException("the clients have ended");
        }
        return new Counts(Codec.JSON.readTree(line));
    }

    @Override
    public void close() {
        process.destroy();
    }
}
