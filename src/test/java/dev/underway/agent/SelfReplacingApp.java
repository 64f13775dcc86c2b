package dev.underway.agent;

import dev.underway.model.Revision.Content;
import dev.underway.model.UnitSetSpec.ManagedFile;
import dev.underway.model.UnitSetSpec.UpdateMode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import java.util.List;

/// A service without a socket unit, which opens its own and keeps it when it replaces itself on SIGHUP.
final class SelfReplacingApp extends SwapHost.App {
    /// What it does on SIGHUP.
    enum How {
        /// Executes its program in the same process, as HAProxy's master does.
        EXECUTES,
        /// The same, by the file that the kernel says it is executing: that is the old program.
        EXECUTES_ITSELF,
        /// Starts a successor, which takes half a second to get ready and becomes the main process, as with tableflip.
        SUCCEEDS,
        /// Goes on.
        READS,
        /// Goes on, and says so (`Type=notify-reload`).
        NOTIFIES
    }

    /// Answers a request for each connection, and finishes what it has begun before anything else.
    private static final String PROGRAM = """
        #!/usr/bin/python3 -S
        import array, os, signal, socket, sys, time

        VERSION = os.environ.get("VERSION", "<version>")
        HOW = "<how>"
        told = set()

        def notify(state, *descriptors):
            if "NOTIFY_SOCKET" not in os.environ:
                return
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
                systemd.connect(os.environ["NOTIFY_SOCKET"])
                rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))
                systemd.sendmsg([state.encode()], [rights] if descriptors else [])

        def execute():
            if HOW == "EXECUTES_ITSELF":
                os.execv("/proc/self/exe", sys.orig_argv)
            native = not sys.orig_argv[0].startswith("/usr/bin/python")
            os.execv(sys.orig_argv[0] if native else sys.argv[0], sys.orig_argv if native else sys.argv)

        def reload():
            if HOW.startswith("EXECUTES"):
                execute()
            elif HOW == "SUCCEEDS":
                is_ready, ready = os.pipe()
                os.set_inheritable(ready, True)
                successor = os.fork()
                if successor == 0:
                    os.environ["READY"] = str(ready)
                    execute()
                os.close(ready)
                os.read(is_ready, 1)
                notify(f"MAINPID={successor}")
                sys.exit()
            elif HOW == "NOTIFIES":
                notify(f"RELOADING=1\\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")
                notify("READY=1")

        signal.signal(signal.SIGHUP, lambda *_: told.add("reload"))
        signal.signal(signal.SIGTERM, lambda *_: told.add("stop"))
        stores = "FDSTORE" in os.environ
        if "LISTENER" in os.environ:
            listener = socket.socket(fileno=int(os.environ["LISTENER"]))
        elif stores and os.environ.get("LISTEN_FDS") == "1":
            listener = socket.socket(fileno=3)
        else:
            listener = socket.create_server(("127.0.0.1", <port>), backlog=512)
            if stores:
                notify("FDSTORE=1\\nFDNAME=listener", listener.fileno())
        listener.settimeout(0.05)
        listener.set_inheritable(True)
        os.environ["LISTENER"] = str(listener.fileno())
        if "READY" in os.environ:
            time.sleep(0.5)
            os.close(int(os.environ.pop("READY")))
        else:
            notify("READY=1")
        while "stop" not in told:
            if "reload" in told:
                told.clear()
                reload()
            try:
                client, _ = listener.accept()
            except TimeoutError:
                continue
            with client:
                client.settimeout(5)
                received = b""
                while b"\\r\\n\\r\\n" not in received and (more := client.recv(8192)):
                    received += more
                body = f"{VERSION} {os.getpid()}\\n"
                head = f"HTTP/1.1 200 OK\\r\\nContent-Length: {len(body)}\\r\\nConnection: close\\r\\n\\r\\n"
                client.sendall((head + body).encode())
                client.shutdown(socket.SHUT_WR)
                while client.recv(8192):
                    pass
        """;

    final How how;

    SelfReplacingApp(String name, int port, How how) {
        super(name, port);
        this.how = how;
        this.update = UpdateMode.Reload;
        service.remove("Environment");
        service.put("ExecStart", program());
        service.put("ExecReload", "/bin/kill -HUP $MAINPID");
        script("1");
    }

    private String program() {
        return "/opt/" + name + "/app.py";
    }

    private String text(String version) {
        return PROGRAM.replace("<version>", version)
                .replace("<how>", how.name())
                .replace("<port>", Integer.toString(port));
    }

    /// Its program is a script, a file of the set.
    SelfReplacingApp script(String version) {
        files.clear();
        files.add(new ManagedFile(program(), "0755", null, null, text(version), null, null));
        return this;
    }

    /// Its program is what the kernel executes, an interpreter of its own with a script for it: two files of the set.
    SelfReplacingApp compiled(SwapHost on, String version) throws IOException {
        script(version);
        var program = new ByteArrayOutputStream();
        program.write(Files.readAllBytes(on.host.path("/usr/bin/python3")));
        program.write(version.getBytes(StandardCharsets.UTF_8)); // the kernel does not look at what follows
        var base64 = Base64.getEncoder().encodeToString(program.toByteArray());
        files.add(new ManagedFile("/opt/" + name + "/app", "0755", null, null, null, base64, null));
        service.put("ExecStart", "/opt/" + name + "/app -S " + program());
        return this;
    }

    @Override
    Content content() {
        var units = super.content().unitsOrEmpty().stream()
                .filter(unit -> !unit.name().endsWith(".socket"))
                .toList();
        return new Content(null, List.copyOf(files), units);
    }
}
