package dev.underway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Digests;
import dev.underway.testing.Archive;
import dev.underway.testing.Archive.Entries;
import dev.underway.testing.Archive.Tar;
import dev.underway.testing.TestHost;
import java.io.IOException;
import java.nio.file.Files;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What a set may not do to a host: it is refused by name, and the host stays as it was.
@Tag("e2e")
class BadInputOnHostTest {
    @AutoClose
    private static final Fleet fleet = Fleet.of(1);

    private static final TestHost host = fleet.host();

    @BeforeAll
    static void start() {
        host.exec("mkdir", "-p", "/srv/artifacts", "/srv/small");
        host.write("/etc/underway/agent.yaml", """
                deny: {paths: [/etc/private/**], units: [precious.service]}
                fileUrls: /srv/artifacts
                """);
        host.exec("chmod", "0644", "/etc/underway/agent.yaml");
    }

    @AfterEach
    void clean() {
        fleet.delete("bad");
    }

    @Test
    void aFileThatIsNotOursIsNotOverwritten() {
        host.write("/etc/owned.conf", "by hand\n");

        fleet.apply(files("- {path: /etc/owned.conf, content: \"by us\\n\"}"));

        assertThat(fleet.awaitTrouble("bad", host, "Conflict")).contains("/etc/owned.conf");
        assertThat(host.read("/etc/owned.conf")).isEqualTo("by hand\n");
    }

    @Test
    void aFileThatIsNotOursIsTakenOverWhenTheManifestSaysSo() {
        host.write("/etc/adopted.conf", "by hand\n");

        fleet.converge(files("- {path: /etc/adopted.conf, content: \"by us\\n\", adopt: true}"));

        assertThat(host.read("/etc/adopted.conf")).isEqualTo("by us\n");
    }

    @ParameterizedTest
    @CsvSource({
        "/etc/private/key, by the owner's policy",
        "/etc/sudoers.d/all, always",
        "/root/.ssh/authorized_keys, always"
    })
    void aDeniedPathIsRefusedByName(String path, String why) {
        fleet.apply(files("- {path: " + path + ", content: \"x\\n\"}\n  - {path: /etc/bad-beside, content: \"x\\n\"}"));

        assertThat(fleet.awaitTrouble("bad", host, "Denied")).describedAs(why).contains(path);
        assertThat(host.tryExec("test", "-e", "/etc/bad-beside").exitCode()).isNotZero();
    }

    @ParameterizedTest
    @CsvSource({"precious.service", "dbus.service", "underway-agent.service"})
    void aDeniedUnitIsRefusedByName(String unit) {
        fleet.apply("""
                apiVersion: underway.dev/v1alpha1
                kind: UnitSet
                metadata: {name: bad, namespace: default}
                spec:
                  selector: {matchLabels: {fleet: GROUP}}
                  units:
                  - {name: %s, state: Stopped}
                """.formatted(unit));

        assertThat(fleet.awaitTrouble("bad", host, "Denied")).contains(unit);
        assertThat(Unit.on(host, "dbus.service").isActive()).isTrue();
        assertThat(Unit.on(host, "underway-agent.service").isActive()).isTrue();
    }

    @Test
    void aPathThroughASymlinkedDirectoryIsRefused() {
        host.exec("ln", "-sfn", "/root", "/etc/linked");

        fleet.apply(files("- {path: /etc/linked/x, content: \"x\\n\"}"));

        assertThat(fleet.awaitTrouble("bad", host, "UnsafePath")).contains("/etc/linked");
        assertThat(host.tryExec("test", "-e", "/root/x").exitCode()).isNotZero();
    }

    @Test
    void aPathThroughADirectoryThatOthersMayWriteIsRefused() {
        host.exec("sh", "-c", "mkdir -p /srv/open && chmod 777 /srv/open");

        fleet.apply(files("- {path: /srv/open/x, content: \"x\\n\"}"));

        assertThat(fleet.awaitTrouble("bad", host, "UnsafePath")).contains("/srv/open");
        assertThat(host.tryExec("test", "-e", "/srv/open/x").exitCode()).isNotZero();
    }

    @ParameterizedTest
    @CsvSource({"owner, no-such-user", "group, no-such-group"})
    void anUnknownUserOrGroupIsAnErrorBeforeAnythingIsWritten(String field, String name) {
        fleet.apply(files("- {path: /etc/bad-first, content: \"x\\n\"}\n  - {path: /etc/bad-second, content: \"x\\n\", "
                + field + ": " + name + "}"));

        assertThat(fleet.awaitTrouble("bad", host, "UnknownOwner")).contains(name);
        assertThat(host.tryExec("test", "-e", "/etc/bad-first").exitCode()).isNotZero();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("archives")
    void anArchiveThatReachesOutOfItselfIsRefused(String what, byte[] archive) throws IOException {
        Files.write(host.path("/srv/artifacts/bad.tar.gz"), archive);

        fleet.apply(artifact("bad.tar.gz", Digests.sha256(archive)));

        assertThat(fleet.awaitTrouble("bad", host, "ArchiveRefused")).isNotEmpty();
        assertThat(host.tryExec("test", "-e", "/opt/bad").exitCode()).isNotZero();
        assertThat(host.path("/etc/evil")).doesNotExist();
        assertThat(host.exec("find", "/var/lib/underway", "-name", "evil")).isEmpty();
    }

    static Stream<Arguments> archives() throws IOException {
        return Stream.of(
                archive("a name with ..", tar -> tar.file("../evil", 0644, "")),
                archive("an absolute name", tar -> tar.file("/etc/evil", 0644, "")),
                archive("a symlink out of it", tar -> tar.link("out", "../../../../etc")),
                archive("an absolute symlink", tar -> tar.link("out", "/etc/shadow")),
                archive("a hard link out of it", tar -> tar.hardLink("out", "../../identity.json")),
                archive("a device", tar -> tar.special("null", TarConstants.LF_CHR)),
                archive("a setuid program", tar -> tar.file("su", 04755, "")));
    }

    private static Arguments archive(String what, Entries<Tar> entries) throws IOException {
        return Arguments.of(what, Archive.tarGz(entries));
    }

    @Test
    void anArtifactWithAnotherDigestIsRefused() throws IOException {
        Files.write(host.path("/srv/artifacts/ok.tar.gz"), Archive.tarGz(tar -> tar.file("program", 0755, "")));

        fleet.apply(artifact("ok.tar.gz", "0".repeat(64)));

        assertThat(fleet.awaitTrouble("bad", host, "DigestMismatch")).contains("0".repeat(64));
        assertThat(host.tryExec("test", "-e", "/opt/bad").exitCode()).isNotZero();
    }

    @Test
    void aFileUrlOutsideTheOwnersDirectoryIsRefused() {
        fleet.apply(artifact("app.tar.gz", "0".repeat(64)).replace("/srv/artifacts/", "/srv/elsewhere/"));

        assertThat(fleet.awaitTrouble("bad", host, "Denied")).contains("file:");
    }

    @Test
    void aFullDiskFailsThePassAndLeavesTheOldStateIntact() {
        host.exec("mount", "-t", "tmpfs", "-o", "size=64k,mode=755", "tmpfs", "/srv/small");
        try {
            fleet.converge(service("old", "/srv/small/data"));
            var before = Unit.on(host, "bad.service");

            fleet.apply(service("x".repeat(100_000), "/srv/small/data").replace("sleep infinity", "sleep 1000000"));

            assertThat(fleet.awaitTrouble("bad", host, "WriteFailed")).contains("/srv/small/data");
            assertThat(host.read("/srv/small/data")).isEqualTo("old\n");
            assertThat(host.read("/etc/systemd/system/bad.service")).contains("sleep infinity");
            assertThat(Unit.on(host, "bad.service")).isEqualTo(before);
            assertThat(host.exec("find", "/srv/small", "-type", "f")).isEqualTo("/srv/small/data\n");
        } finally {
            fleet.delete("bad");
            host.exec("umount", "/srv/small");
        }
    }

    @Test
    void aReadOnlyPathFailsThePassAndLeavesTheOldStateIntact() {
        host.exec("mount", "-t", "tmpfs", "-o", "size=64k,mode=755", "tmpfs", "/srv/small");
        try {
            fleet.converge(service("old", "/srv/small/data"));
            var before = Unit.on(host, "bad.service");
            host.exec("mount", "-o", "remount,ro", "/srv/small");

            fleet.apply(service("new", "/srv/small/data").replace("sleep infinity", "sleep 1000000"));

            assertThat(fleet.awaitTrouble("bad", host, "WriteFailed")).contains("/srv/small/data");
            assertThat(host.read("/srv/small/data")).isEqualTo("old\n");
            assertThat(Unit.on(host, "bad.service")).isEqualTo(before);
        } finally {
            host.exec("mount", "-o", "remount,rw", "/srv/small");
            fleet.delete("bad");
            host.exec("umount", "/srv/small");
        }
    }

    private static String files(String list) {
        return """
                apiVersion: underway.dev/v1alpha1
                kind: UnitSet
                metadata: {name: bad, namespace: default}
                spec:
                  selector: {matchLabels: {fleet: GROUP}}
                  files:
                  %s
                """.formatted(list);
    }

    private static String service(String content, String path) {
        return files("- {path: " + path + ", content: \"" + content + "\\n\"}") + """
                  units:
                  - name: bad.service
                    readiness: {minHealthyTime: 200ms}
                    content: |
                      [Service]
                      Type=exec
                      ExecStart=/bin/sleep infinity
                """;
    }

    private static String artifact(String file, String sha256) {
        return """
                apiVersion: underway.dev/v1alpha1
                kind: UnitSet
                metadata: {name: bad, namespace: default}
                spec:
                  selector: {matchLabels: {fleet: GROUP}}
                  artifacts:
                  - {name: bad, url: "file:///srv/artifacts/%s", sha256: "%s", path: /opt/bad}
                """.formatted(file, sha256);
    }
}
