package dev.underway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.underway.testing.TestHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Every file of `crd-examples`, as it is, on a booted host: applied, seen to work, and gone without a trace.
@Tag("e2e")
class ExamplesTest {
    private static final Path EXAMPLES = Path.of("crd-examples");
    private static final Duration SOON = Duration.ofSeconds(30);

    @AutoClose
    private static final Fleet fleet = Fleet.of(1, "role=web");

    private static final TestHost host = fleet.host();

    @Test
    void noneIsForgottenHere() throws Exception {
        try (var files = Files.list(EXAMPLES)) {
            // Those of gitops/ are pushed by GitOpsTest.
            assertThat(files.map(f -> f.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "gitops",
                            "hello.yaml",
                            "nginx.yaml",
                            "proxy.yaml",
                            "socket.yaml",
                            "templated.yaml",
                            "timer.yaml",
                            "web.yaml");
        }
    }

    @Test
    void helloGreets() throws Exception {
        apply("hello.yaml", "hello");

        assertThat(Unit.on(host, "hello.service").isActive()).isTrue();
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(host.exec("journalctl", "-t", "hello", "-o", "cat"))
                        .isEqualTo("Hello from Underway\n"));

        fleet.delete("hello");
        assertThat(host.exec("systemctl", "show", "-P", "LoadState", "hello.service"))
                .isEqualTo("not-found\n");
        assertThat(host.path("/etc/hello/hello.conf")).doesNotExist();
    }

    @Test
    void theTemplatesHaveTheHostsValues() throws Exception {
        apply("templated.yaml", "whoami");

        assertThat(host.exec("cat", "/etc/whoami/whoami.conf")).contains("HOST=\"" + host.name() + "\"");
        assertThat(host.exec("systemctl", "show", "-P", "Description", "whoami.service"))
                .isEqualTo("Says who " + host.name() + " is\n");

        fleet.delete("whoami");
    }

    @Test
    void theTimerWaitsAndItsJobRunsWhenItIsTime() throws Exception {
        apply("timer.yaml", "disk-report");

        assertThat(Unit.on(host, "disk-report.timer").sub()).isEqualTo("waiting");
        assertThat(host.exec("systemctl", "list-timers", "--no-legend", "disk-report.timer"))
                .contains("disk-report.service");
        assertThat(host.exec("journalctl", "-u", "disk-report.service", "-q")).isEmpty();
        host.exec("systemctl", "start", "disk-report.service");
        assertThat(host.exec("journalctl", "-u", "disk-report.service", "-o", "cat"))
                .contains("Filesystem");

        fleet.delete("disk-report");
        assertThat(host.exec("systemctl", "list-timers", "--all", "--no-legend", "disk-report.timer"))
                .isEmpty();
    }

    @Test
    void theSocketListensAndEachConnectionHasItsEcho() throws Exception {
        apply("socket.yaml", "echo");

        assertThat(Unit.on(host, "echo.socket").sub()).isEqualTo("listening");
        assertThat(host.exec("bash", "-c", """
            exec 3<>/dev/tcp/127.0.0.1/7007 4<>/dev/tcp/127.0.0.1/7007
            echo one >&3
            echo two >&4
            head -n 1 <&4
            head -n 1 <&3
            """)).isEqualTo("two\none\n");

        fleet.delete("echo");
        assertThat(host.tryExec("bash", "-c", ": </dev/tcp/127.0.0.1/7007").exitCode())
                .isNotZero();
    }

    @Test
    void webAnswersAndIsSwapped() throws Exception {
        apply("web.yaml", "web");
        assertThat(get(8080)).matches("1 \\d+\n");
        var socket = Unit.on(host, "web.socket").invocation();

        fleet.apply(Files.readString(EXAMPLES.resolve("web.yaml")).replace("VERSION=1", "VERSION=2"));
        fleet.awaitSettled("web");

        assertThat(get(8080)).matches("2 \\d+\n");
        assertThat(fleet.plan("web", host)).contains("Swap web.service");
        assertThat(Unit.on(host, "web.socket").invocation()).isEqualTo(socket);
        fleet.delete("web");
    }

    @Test
    void theProxyLeadsFromOnePortToTheOther() throws Exception {
        apply("proxy.yaml", "alone");
        assertThat(get(8090)).isEqualTo("1 on 8091\n");
        var front = Unit.on(host, "alone-proxy.service").invocation();

        fleet.apply(Files.readString(EXAMPLES.resolve("proxy.yaml")).replace("VERSION=1", "VERSION=2"));
        fleet.awaitSettled("alone");

        assertThat(get(8090)).isEqualTo("2 on 8092\n");
        assertThat(fleet.plan("alone", host)).contains("Swap alone.service");
        assertThat(Unit.on(host, "alone-proxy.service").invocation()).isEqualTo(front);

        fleet.delete("alone");
        assertThat(host.tryExec("bash", "-c", ": </dev/tcp/127.0.0.1/8090").exitCode())
                .isNotZero();
    }

    @Test
    void nginxServesTheSite() throws Exception {
        host.install("nginx-light");
        label("role=proxy");
        try {
            apply("nginx.yaml", "site");

            assertThat(get(8088)).isEqualTo("Hello from Underway\n");
            assertThat(host.exec("systemctl", "show", "-P", "Restart", "nginx.service"))
                    .isEqualTo("on-failure\n");
        } finally {
            fleet.delete("site");
            label("role=web");
        }
    }

    private static void apply(String file, String unitSet) throws Exception {
        fleet.apply(Files.readString(EXAMPLES.resolve(file)));
        fleet.awaitSettled(unitSet);
    }

    private static void label(String label) {
        var said = fleet.server().kubectl().run("label", "host", host.name(), label, "--overwrite");
        assertThat(said.exit()).describedAs(said.err()).isZero();
    }

    /// What is answered below the headers, by a connection of bash: hosts have no curl of their own.
    private static String get(int port) {
        return host.exec("bash", "-c", """
            exec 3<>/dev/tcp/127.0.0.1/%d
            printf 'GET / HTTP/1.0\\r\\nConnection: close\\r\\n\\r\\n' >&3
            sed '1,/^\\r$/d' <&3
            """.formatted(port));
    }
}
