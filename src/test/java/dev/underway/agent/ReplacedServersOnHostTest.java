package dev.underway.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Revision.Content;
import dev.underway.model.UnitSetSpec.ManagedFile;
import dev.underway.model.UnitSetSpec.UpdateMode;
import dev.underway.testing.HostLoad.Counted;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Servers that no one here wrote get another program of theirs by a reload, under load: each the way that its manual
/// has for it.
@Tag("e2e")
class ReplacedServersOnHostTest {
    @AutoClose
    private static final SwapHost on = SwapHost.boot();

    @BeforeAll
    static void install() {
        on.host.install("haproxy", "nginx-light");
    }

    /// A server with its configuration and its program as files of the set.
    private static final class Server extends SwapHost.App {
        private final String from;
        private final ManagedFile configuration;

        private Server(String name, int port, String from, String configuration) {
            super(name, port);
            this.from = from;
            this.configuration = new ManagedFile("/etc/" + name + ".cfg", null, null, null, configuration, null, null);
            this.update = UpdateMode.Reload;
            service.remove("Environment");
        }

        /// "On reload the master re-executes itself", management.txt of HAProxy, 4.
        static Server haproxy(String name, int port) throws IOException {
            var server = new Server(name, port, "/usr/sbin/haproxy", """
                global
                  stats socket /run/%1$s.sock mode 660 level admin expose-fd listeners
                defaults
                  mode http
                  timeout connect 5s
                  timeout client 50s
                  timeout server 50s
                frontend site
                  bind 127.0.0.1:%2$d
                  http-request return status 200 content-type text/plain string "haproxy"
                """.formatted(name, port));
            server.with("ExecStart", server.file() + " -Ws -f /etc/" + name + ".cfg")
                    .with("ExecReload", "/bin/kill -USR2 $MAINPID")
                    .with("KillMode", "mixed");
            return server.program("1");
        }

        /// "Upgrading Executable on the Fly", nginx.org/en/docs/control.html: the new master writes its id where the
        /// old
        /// one had its own, and the old one is told to finish.
        static Server nginx(String name, int port) throws IOException {
            var server = new Server(name, port, "/usr/sbin/nginx", """
                pid /run/%1$s.pid;
                worker_processes 2;
                events {}
                http { access_log off; server { listen 127.0.0.1:%2$d; location / { return 200 "nginx\\n"; } } }
                """.formatted(name, port));
            var pid = "/run/" + name + ".pid";
            server.with("Type", "forking")
                    .with("PIDFile", pid)
                    .with("ExecStart", server.file() + " -c /etc/" + name + ".cfg")
                    .with(
                            "ExecReload",
                            "/bin/sh -c 'kill -USR2 $MAINPID; for n in $$(seq 50); do sleep 0.1;"
                                    + " [ -s %1$s.oldbin ] && [ -s %1$s ] && exec kill -QUIT $MAINPID; done; exit 1'"
                                            .formatted(pid))
                    .with("KillMode", "mixed");
            return server.program("1");
        }

        String file() {
            return "/opt/" + name + "/" + from.substring(from.lastIndexOf('/') + 1);
        }

        /// The kernel does not look at what follows the program, and the version is one character.
        Server program(String version) throws IOException {
            var program = new ByteArrayOutputStream();
            program.write(Files.readAllBytes(on.host.path(from)));
            program.write(version.getBytes(StandardCharsets.UTF_8));
            return put(program.toByteArray());
        }

        private Server put(byte[] program) {
            var base64 = Base64.getEncoder().encodeToString(program);
            files.clear();
            files.add(configuration);
            files.add(new ManagedFile(file(), "0755", null, null, null, base64, null));
            return this;
        }

        /// The version of what the main process executes.
        String executed() {
            return on.host.exec("tail", "-c", "1", "/proc/" + on.agent.pid(unit()) + "/exe");
        }

        @Override
        Content content() {
            var units = super.content().unitsOrEmpty().stream()
                    .filter(unit -> unit.name().equals(unit()))
                    .toList();
            return new Content(null, List.copyOf(files), units);
        }
    }

    private static void isDone(Server server) throws Exception {
        assertThat(on.agent.condition(server.name, "Synced")).isEqualTo("True AsDesired");
        assertThat(on.agent.condition(server.name, "Healthy")).isEqualTo("True UnitsHealthy");
        int calls = on.agent.door.calls.size();
        on.agent.pass();
        assertThat(on.agent.door.calls).hasSize(calls);
    }

    /// What a worker that ends closes while it is idle can cross a request: the servers' own doing.
    private static void nobodyIsRefused(Counted counted) {
        assertThat(counted.failedOf("new")).as("%s", counted.report()).isZero();
        assertThat(counted.failedTwiceOf("kept")).as("%s", counted.report()).isZero();
    }

    private static void takesItsPrograms(Server server) throws Exception {
        on.apply(server);
        var before = on.agent.unit(server.unit());

        for (var version : List.of("2", "3", "4")) {
            var counted = on.underLoad(server, () -> on.apply(server.program(version)));

            assertThat(on.step(server))
                    .isEqualTo("Reload (none): %s changed; the service replaces itself on reload", server.file());
            nobodyIsRefused(counted);
            assertThat(server.executed()).isEqualTo(version);
            assertThat(on.agent.unit(server.unit()).invocationId()).isEqualTo(before.invocationId());
            isDone(server);
        }
    }

    @Test
    void theMasterOfHaproxyExecutesItsNewProgram() throws Exception {
        var server = Server.haproxy("edge", 8620);

        takesItsPrograms(server);

        assertThat(on.get(server)).contains("200 OK").contains("haproxy");
    }

    @Test
    void aNewMasterOfNginxTakesOver() throws Exception {
        var server = Server.nginx("front", 8621);

        takesItsPrograms(server);

        assertThat(on.get(server)).contains("200 OK").contains("nginx");
    }

    @Test
    void aProgramOfNginxThatDoesNotRunChangesNothingForClients() throws Exception {
        var server = Server.nginx("broken", 8622);
        on.apply(server);
        var before = on.agent.unit(server.unit());

        var counted = on.underLoad(server, () -> {
            on.apply(server.put("#!/bin/false\n".getBytes(StandardCharsets.UTF_8)));
            assertThat(on.agent.conditionOf(server.name, "Synced").message())
                    .contains("Reload of broken.service failed");
            on.converge();
        });

        nobodyIsRefused(counted);
        assertThat(on.agent.condition(server.name, "Synced")).isEqualTo("False Reverted");
        assertThat(server.executed()).isEqualTo("1");
        assertThat(on.agent.unit(server.unit()).invocationId()).isEqualTo(before.invocationId());
    }
}
