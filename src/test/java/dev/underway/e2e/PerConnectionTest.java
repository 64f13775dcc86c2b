package dev.underway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.testing.HostLoad;
import dev.underway.testing.TestHost;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A service that gets a process for every connection (`Accept=yes`) changes under load: who is connected goes on with
/// the old process, who connects gets the new one.
@Tag("e2e")
class PerConnectionTest {
    private static final int CHANGES = 5;

    private static final String LINES = """
        apiVersion: underway.dev/v1alpha1
        kind: UnitSet
        metadata: {name: lines}
        spec:
          selector: {matchLabels: {fleet: GROUP}}
          files:
          - path: /opt/lines/serve.py
            content: |
              import sys
              version = sys.argv[1]
              while True:
                  head = []
                  while True:
                      line = sys.stdin.readline()
                      if not line:
                          sys.exit(0)
                      if line in ("\\r\\n", "\\n"):
                          break
                      head.append(line)
                  sys.stdout.write("HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n%s" % (len(version), version))
                  sys.stdout.flush()
          units:
          - name: lines.socket
            content: |
              [Socket]
              ListenStream=127.0.0.1:8091
              Accept=yes
              MaxConnections=500
              TriggerLimitBurst=100000
              [Install]
              WantedBy=sockets.target
          - name: lines@.service
            content: |
              [Unit]
              CollectMode=inactive-or-failed
              [Service]
              ExecStart=/usr/bin/python3 -S /opt/lines/serve.py v1
              StandardInput=socket
              StandardError=journal
        """;

    @AutoClose
    private static final Fleet fleet = Fleet.of(1);

    private static final TestHost host = fleet.host();

    private static String version(int number) {
        return LINES.replace("serve.py v1", "serve.py v" + number);
    }

    @Test
    void whoIsConnectedGoesOnAndWhoConnectsGetsTheNewProcess() {
        fleet.converge(LINES);
        var socket = Unit.on(host, "lines.socket").invocation();

        HostLoad.Counted counted;
        try (var load = HostLoad.on(host, 8091, List.of("new:2:0", "kept:2:0"))) {
            for (int number = 2; number <= CHANGES + 1; number++) {
                load.between();
                load.during();
                fleet.converge(version(number));
                assertThat(fleet.plan("lines", host)).contains("DaemonReload").isSubsetOf("WriteFile", "DaemonReload");
            }
            load.between();
            counted = load.stop();
        }

        assertThat(counted.failed())
                .describedAs(counted.report().toPrettyString())
                .isZero();
        assertThat(counted.answerers()).contains("v1", "v" + (CHANGES + 1));
        assertThat(Unit.on(host, "lines.socket").invocation()).isEqualTo(socket);
        assertThat(host.exec("systemctl", "show", "-P", "NRefused", "lines.socket"))
                .isEqualTo("0\n");
        System.out.printf("Accept=yes: %d requests, %d failed%n", counted.requests(), counted.failed());
    }
}
