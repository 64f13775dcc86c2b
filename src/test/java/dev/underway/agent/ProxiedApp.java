package dev.underway.agent;

import dev.underway.model.Codec;
import dev.underway.model.Contents;
import dev.underway.model.Kind;
import dev.underway.model.Manifests;
import dev.underway.model.Manifests.ManifestException;
import dev.underway.model.Policy;
import dev.underway.model.Proxy;
import dev.underway.model.Revision.Content;
import dev.underway.model.UnitSet;
import dev.underway.model.UnitSetSpec;
import dev.underway.model.Validation;
import dev.underway.testing.HostPort;
import java.util.List;
import java.util.stream.Stream;

/// A service that binds its own port, behind a proxy.
final class ProxiedApp extends SwapHost.App {
    /// Where [#PROGRAM] lies.
    static final String PLACE = "/opt/alone";

    /// Answers HTTP on `PORT`, knows nothing of descriptors that are passed, and finishes what it has when it is told
    /// to
    /// stop: idle connections are answered once more. With `RUDE` it ends at once.
    static final String PROGRAM = """
        #!/usr/bin/python3 -S
        import os, signal, socket, threading, time

        draining = False
        connections = set()
        lock = threading.Lock()

        def stop(*_):
            global draining
            if "RUDE" in os.environ:
                os._exit(0)
            draining = True

        def serve(client):
            with client:
                rest = b""
                client.settimeout(0.2)
                last = time.monotonic()
                while True:
                    while b"\\r\\n\\r\\n" not in rest:
                        try:
                            more = client.recv(65536)
                        except TimeoutError:
                            if draining and time.monotonic() - last > 1:
                                return
                            continue
                        except OSError:
                            return
                        if not more:
                            return
                        rest += more
                    head, rest = rest.split(b"\\r\\n\\r\\n", 1)
                    last = time.monotonic()
                    body = (os.environ["VERSION"] + " on " + os.environ["PORT"]).encode()
                    last_one = draining or b"Connection: close" in head
                    close = b"Connection: close\\r\\n" if last_one else b""
                    client.sendall(b"HTTP/1.1 200 OK\\r\\n" + close + b"Content-Length: %d\\r\\n\\r\\n" % len(body) + body)
                    if last_one:
                        client.shutdown(socket.SHUT_WR)
                        return

        def run(client):
            try:
                serve(client)
            finally:
                with lock:
                    connections.discard(client)

        signal.signal(signal.SIGTERM, stop)
        listener = socket.create_server(("127.0.0.1", int(os.environ["PORT"])), backlog=512)
        listener.settimeout(0.1)
        while not draining:
            try:
                client, _ = listener.accept()
            except TimeoutError:
                continue
            with lock:
                connections.add(client)
            threading.Thread(target=run, args=(client,), daemon=True).start()
        while connections:
            time.sleep(0.05)
        """;

    int first;
    String drain = "2s";
    String probe = "http";
    boolean behind = true;

    /// On `port`, with its processes on `first` and the one after that.
    ProxiedApp(String name, int port, int first) {
        super(name, port);
        this.first = first;
        service.clear();
        service.put("Type", "exec");
        service.put("ExecStart", PLACE);
        service.put("Environment", "VERSION=1 PORT=" + port);
        service.put("Restart", "on-failure");
        service.put("RestartSec", "100ms");
    }

    @Override
    ProxiedApp version(String version) {
        service.put("Environment", "VERSION=" + version + " PORT=" + port);
        return this;
    }

    /// Where the probes of an agent outside of the host reach it.
    List<HostPort> ports(SwapHost host) {
        return Stream.of(port, first, first + 1)
                .map(each -> HostPort.of(host.host, each))
                .toList();
    }

    /// The port that the proxy leads to.
    int led(SwapHost on) {
        var target = on.host.exec("readlink", Proxy.current(unit())).strip();
        return Integer.parseInt(target.substring(0, target.indexOf('.')));
    }

    @Override
    Content content() {
        return Contents.of(spec());
    }

    @Override
    Policy policy() {
        return Contents.policy(spec());
    }

    private UnitSetSpec spec() {
        var proxy = "    proxy: {listen: \"127.0.0.1:%d\", ports: [%d, %d], drain: %s}\n"
                .formatted(port, first, first + 1, drain);
        var manifest = """
            apiVersion: underway.dev/v1alpha1
            kind: UnitSet
            metadata: {name: %s}
            spec:
              selector: {}
              units:
              - name: %s.service
            %s    readiness: {%s: {port: %d}, minHealthyTime: 200ms, deadline: 10s}
                content: |
            %s
                  [Install]
                  WantedBy=multi-user.target
            """.formatted(
                        name,
                        name,
                        behind ? proxy : "",
                        probe,
                        port,
                        lines("Service", service).indent(6));
        try {
            var body = Manifests.read(manifest).getFirst().body();
            var wrong = Validation.check(Kind.UNIT_SET, body);
            if (!wrong.isEmpty()) {
                throw new IllegalArgumentException(wrong.toString());
            }
            return Codec.read(body, UnitSet.class).spec();
        } catch (ManifestException e) {
            throw new IllegalStateException(e);
        }
    }
}
