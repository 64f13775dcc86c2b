package dev.underway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.testing.TestHost;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A unit that the host already has, Debian's nginx, is configured and reloaded by a set that has no text for it.
@Tag("e2e")
class NginxTest {
    private static final String SITE = """
        apiVersion: underway.dev/v1alpha1
        kind: UnitSet
        metadata: {name: site, namespace: default}
        spec:
          selector: {matchLabels: {fleet: GROUP}}
          files:
          - path: /etc/nginx/conf.d/site.conf
            content: |
              server { listen 127.0.0.1:8123; location / { return 200 "first\\n"; } }
          units:
          - name: nginx.service
            reloadOn: [/etc/nginx/conf.d/*.conf]
            dropIns:
              10-limits.conf: |
                [Service]
                LimitNOFILE=4096
        """;

    @AutoClose
    private static final Fleet fleet = Fleet.of(1);

    private static final TestHost host = fleet.host();

    @BeforeAll
    static void start() {
        host.install("nginx-light");
        assertThat(Unit.on(host, "nginx.service").name()).isEqualTo("nginx.service");
    }

    @Test
    void configuresReloadsAndLetsGoOfDebiansNginx() {
        fleet.converge(SITE);
        var first = Unit.on(host, "nginx.service");
        assertThat(get()).isEqualTo("first\n");
        assertThat(host.exec("grep", "Max open files", "/proc/" + first.mainPid() + "/limits"))
                .contains("4096");

        fleet.converge(SITE.replace("first", "second"));

        var second = Unit.on(host, "nginx.service");
        assertThat(get()).isEqualTo("second\n");
        assertThat(second.mainPid()).isEqualTo(first.mainPid());
        assertThat(second.invocation()).isEqualTo(first.invocation());
        assertThat(fleet.plan("site", host)).containsExactly("WriteFile", "Reload nginx.service");

        fleet.delete("site");

        assertThat(host.exec("systemctl", "show", "-P", "LoadState", "nginx.service"))
                .isEqualTo("loaded\n");
        assertThat(host.tryExec("test", "-e", "/etc/nginx/conf.d/site.conf").exitCode())
                .isNotZero();
        assertThat(host.exec("find", "/etc/systemd/system", "-path", "*nginx*conf"))
                .isEmpty();
    }

    /// A connection of bash, because hosts have no curl of their own.
    private static String get() {
        var answer = host.exec("bash", "-c", """
            exec 3<>/dev/tcp/127.0.0.1/8123
            printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3
            cat <&3\
            """);
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }
}
