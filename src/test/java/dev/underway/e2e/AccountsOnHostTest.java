package dev.underway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.testing.TestHost;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What a set declares in sysusers.d and tmpfiles.d is there before what needs it, made by the installed agent within
/// the
/// bounds of its unit.
@Tag("e2e")
class AccountsOnHostTest {
    private static final String CREW = """
        apiVersion: underway.dev/v1alpha1
        kind: UnitSet
        metadata: {name: crew, namespace: default}
        spec:
          selector: {matchLabels: {fleet: GROUP}}
          files:
          - path: /etc/sysusers.d/crew.conf
            content: |
              u crew - "The crew" /var/lib/crew
              g mates -
              m crew mates
          - path: /etc/tmpfiles.d/crew.conf
            content: |
              d /var/lib/crew 0750 crew crew -
              d /var/lib/crew/shared 2775 crew mates -
          - {path: /etc/crew.conf, mode: "0640", owner: crew, group: mates, content: "secret\\n"}
          units:
          - name: crew.service
            readiness: {minHealthyTime: 300ms}
            content: |
              [Service]
              Type=exec
              User=crew
              ExecStart=/bin/sh -c 'cat /etc/crew.conf >/var/lib/crew/shared/log; exec sleep infinity'
        """;

    @AutoClose
    private static final Fleet fleet = Fleet.of(1);

    private static final TestHost host = fleet.host();

    @AfterEach
    void clean() {
        fleet.delete("crew");
    }

    @Test
    void makesTheAccountsThenTheFilesAndDirectoriesThatBelongToThem() {
        fleet.converge(CREW);

        assertThat(host.exec("getent", "passwd", "crew")).matches("crew:.:\\d+:\\d+:The crew:/var/lib/crew:.*\n");
        assertThat(host.exec("getent", "group", "mates")).matches("mates:.:\\d+:crew\n");
        assertThat(stat("/var/lib/crew")).isEqualTo("750 crew crew\n");
        assertThat(stat("/var/lib/crew/shared")).isEqualTo("2775 crew mates\n");
        assertThat(stat("/etc/crew.conf")).isEqualTo("640 crew mates\n");
        assertThat(stat("/var/lib/crew/shared/log")).endsWith(" crew mates\n");
        assertThat(host.read("/var/lib/crew/shared/log")).isEqualTo("secret\n");
        assertThat(fleet.plan("crew", host).stream().distinct())
                .containsExactly("WriteFile", "ApplySysusers", "ApplyTmpfiles", "DaemonReload", "Start crew.service");
    }

    private static String stat(String path) {
        return host.exec("stat", "-c", "%a %U %G", path);
    }
}
