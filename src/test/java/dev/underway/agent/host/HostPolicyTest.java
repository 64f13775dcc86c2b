package dev.underway.agent.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.underway.agent.host.HostPolicyFile.PolicyUnusable;
import dev.underway.model.Policy;
import dev.underway.model.Revision.Content;
import dev.underway.model.Revision.UnitText;
import dev.underway.model.UnitSetSpec.Artifact;
import dev.underway.model.UnitSetSpec.ManagedFile;
import dev.underway.plan.Desired.DesiredSet;
import dev.underway.plan.SetId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostPolicyTest {
    @TempDir
    Path directory;

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        /etc/web/app.yaml            | allowed
        /opt/web                     | allowed
        /etc/sysusers.d/web.conf     | allowed
        /etc/passwd                  | /etc/passwd*
        /etc/passwd-                 | /etc/passwd*
        /etc/shadow                  | /etc/shadow*
        /etc/gshadow                 | /etc/gshadow*
        /etc/group                   | /etc/group*
        /etc/sudoers                 | /etc/sudoers
        /etc/sudoers.d/web           | /etc/sudoers.d/**
        /etc/pam.d/login             | /etc/pam.d/**
        /etc/ssh                     | /etc/ssh/**
        /etc/ssh/sshd_config.d/x     | /etc/ssh/**
        /home/joe/.ssh/id            | /home/*/.ssh/**
        /etc/dbus-1/system.d/x.conf  | /etc/dbus-1/**
        /etc/underway/agent.yaml     | /etc/underway/**
        /var/lib/underway/store/x    | /var/lib/underway/**
        /opt/underway                | /opt/underway/**
        /etc/systemd/system/a.service | /etc/systemd/**
        /run/systemd/system/a.service | /run/systemd/**
        /etc/web/../shadow           | without . and ..
        etc/web                      | without . and ..
        /                            | without . and ..
        //etc/shadow                 | without . and ..
        """)
    void saysOfEveryPathWhetherItMayBeWritten(String path, String answer) {
        var set = set(List.of(), List.of(file(path)), List.of());

        var refusals = HostPolicy.DEFAULT.refusals(set);

        assertAnswer(refusals.toString(), path, answer);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        web.service                | allowed
        sshfs.service              | allowed
        nginx.service              | allowed
        underway-agent.service     | underway-*
        systemd-journald.service   | systemd-*
        dbus.service               | dbus.*
        dbus.socket                | dbus.*
        ssh.service                | ssh.*
        sshd.service               | sshd.*
        ssh@1.service              | ssh@*
        -.mount                    | -.*
        multi-user.target          | multi-user.target
        getty@tty1.service         | getty@*
        """)
    void saysOfEveryUnitWhetherItMayBeManaged(String unit, String answer) {
        var set = set(List.of(), List.of(), List.of(new UnitText(unit, null, null)));

        var refusals = HostPolicy.DEFAULT.refusals(set);

        assertAnswer(refusals.toString(), unit, answer);
    }

    @Test
    void refusesAnAliasOfADeniedUnit() {
        var text = "[Service]\nExecStart=/bin/true\n[Install]\nAlias=web2.service sshd.service\n";

        var refusals = HostPolicy.DEFAULT.refusals(
                set(List.of(), List.of(), List.of(new UnitText("web.service", text, null))));

        assertThat(refusals).hasSize(1).first().asString().contains("sshd.service");
    }

    @Test
    void refusesAnAliasOfADeniedUnitInADropIn() {
        var unit = new UnitText(
                "web.service",
                "[Service]\nExecStart=/bin/true\n",
                Map.of("10-more.conf", "[Install]\nAlias=underway-agent.service\n"));

        assertThat(HostPolicy.DEFAULT.refusals(set(List.of(), List.of(), List.of(unit))))
                .hasSize(1)
                .first()
                .asString()
                .contains("underway-agent.service");
    }

    @Test
    void refusesADropInThatIsNoFileName() {
        var unit = new UnitText("web.service", null, Map.of("../../x.conf", "[Service]"));

        assertThat(HostPolicy.DEFAULT.refusals(set(List.of(), List.of(), List.of(unit))))
                .hasSize(1);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        tmpfiles.d | d /var/lib/web 0755 web web -      | allowed
        tmpfiles.d | # d /etc/ssh                       | allowed
        tmpfiles.d | L+ /etc/shadow - - - - /opt/x      | /etc/shadow
        tmpfiles.d | w '/proc/sys/kernel/core_pattern'  | /proc/**
        tmpfiles.d | f /etc/sh\\x61dow                   | without escapes
        tmpfiles.d | z %h/.ssh                          | specifiers
        tmpfiles.d | d /etc/ssh/                        | /etc/ssh/**
        tmpfiles.d | d /var/lib/web 2775 web web -      | allowed
        tmpfiles.d | e! /var/lib/web :2775 web web -    | allowed
        tmpfiles.d | d /var/tmp/web 1777 web web -      | allowed
        tmpfiles.d | f /opt/x ~4755 root root - x       | set-user-id
        tmpfiles.d | d /var/lib/web 06755 web web -     | set-user-id
        tmpfiles.d | d /var/lib/web 00000004755 web web | set-user-id
        tmpfiles.d | f /opt/x \\x34755 root root - x     | octal digits
        tmpfiles.d | z /opt/x 2755 root adm             | set-group-id
        tmpfiles.d | f /etc/sudo"ers".d/x 0440 - - - x  | around the whole word
        tmpfiles.d | f "/etc/sudo"ers.d/x 0440 - - - x  | around the whole word
        tmpfiles.d | f '/etc/web dir/x' 0440 - - - 'a"b | allowed
        tmpfiles.d | f /etc/web/x 0440 - - - it's \\x41 | allowed
        tmpfiles.d | \\x5a /etc 0646                    | without escapes
        tmpfiles.d | "Z" /etc 0646                      | it reaches what /etc/underway/** denies
        tmpfiles.d | Z /etc 0646                        | it reaches what /etc/underway/** denies
        tmpfiles.d | Z!- /var/lib                       | it reaches what /var/lib/underway/** denies
        tmpfiles.d | Z /home/joe                        | it reaches what /home/*/.ssh/** denies
        tmpfiles.d | Z /var/lib/web 0750 web web        | allowed
        tmpfiles.d | z /etc 0755                        | allowed
        tmpfiles.d | R /usr                             | it reaches
        tmpfiles.d | A+ /root - - - - u:web:rwX         | it reaches what /root/.ssh/** denies
        tmpfiles.d | T /etc - - - - user.a=b            | it reaches
        tmpfiles.d | H /etc - - - - +i                  | it reaches
        tmpfiles.d | C /etc - - - - /opt/etc            | it reaches
        tmpfiles.d | D /run                             | it reaches what /run/systemd/** denies
        tmpfiles.d | L+ /etc - - - - /opt/etc           | it reaches
        tmpfiles.d | L /etc/web - - - - /opt/etc        | allowed
        tmpfiles.d | d /etc - - - 1d                    | it reaches
        tmpfiles.d | d /etc - - - "1d"                  | it reaches
        tmpfiles.d | d /var/cache/web - - - 1d          | allowed
        tmpfiles.d | d= /etc/passwd/x                   | write the line without it
        tmpfiles.d | z /etc/s[h]adow 0666               | it reaches
        tmpfiles.d | z /etc/shad?w 0666                 | it reaches
        tmpfiles.d | z /*/shadow 0666                   | it reaches
        tmpfiles.d | z /opt/{a,../etc/shadow} 0666      | without escapes, specifiers and braces
        tmpfiles.d | r /run/web/*.pid                   | allowed
        tmpfiles.d | e /var/cache/web/* - - - 10d       | allowed
        sysusers.d | u web - "Web"                      | allowed
        sysusers.d | u web - "It's \"the\" web"         | allowed
        sysusers.d | m web su"do"                       | around the whole word
        sysusers.d | m web 'su'do                       | around the whole word
        sysusers.d | m web su\\do                       | without escapes
        sysusers.d | m web 'sudo'                       | as good as root
        sysusers.d | m web sudo%a                       | without specifiers
        sysusers.d | u web 990:sudo                     | as good as root
        sysusers.d | u web 990                          | allowed
        sysusers.d | u evil 0                           | 0 is root
        sysusers.d | u evil 990:0                       | 0 is root
        sysusers.d | m web sudo                         | as good as root
        sysusers.d | m web www-data                     | allowed
        """)
    void readsWhatTheToolsOfSystemdWouldDoAsRoot(String place, String line, String answer) {
        var file = new ManagedFile("/etc/" + place + "/web.conf", null, null, null, line + "\n", null, null);

        var refusals = HostPolicy.DEFAULT.refusals(set(List.of(), List.of(file), List.of()));

        assertAnswer(refusals.toString(), "", answer);
    }

    @Test
    void readsTheLinesThatSystemdReads() {
        var hidden = "# all of this is one line to us\0Z /etc 0646\n";
        var file = new ManagedFile("/etc/tmpfiles.d/web.conf", null, null, null, hidden, null, null);

        assertThat(HostPolicy.DEFAULT.refusals(set(List.of(), List.of(file), List.of())))
                .singleElement()
                .asString()
                .contains("without control characters");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        Z /srv/web/data    | allowed
        Z /srv/web         | it reaches what /srv/web/secret/** denies
        Z /srv             | path /srv is refused
        Z /opt/web         | has all below /opt/web
        z /opt/web         | allowed
        r /srv/web/data/*  | allowed
        r /srv/*           | it reaches what /srv/web/secret/** denies
        r /opt/web/*       | has all below /opt/web
        """)
    void reachesNoFurtherThanTheOwnerAllows(String line, String answer) throws Exception {
        var policy = read("""
            allow: {paths: [/etc/tmpfiles.d/*, /srv/web/**, /opt/web]}
            deny: {paths: [/srv/web/secret/**]}
            """);
        var file = new ManagedFile("/etc/tmpfiles.d/web.conf", null, null, null, line + "\n", null, null);

        var refusals = policy.refusals(set(List.of(), List.of(file), List.of()));

        assertAnswer(refusals.toString(), "", answer);
    }

    @Test
    void takesFileUrlsFromTheConfiguredDirectoryOnly() throws Exception {
        var policy = read("fileUrls: /srv/artifacts\n");

        var refusals = policy.refusals(set(
                List.of(
                        artifact("file:///srv/artifacts/web.tar.gz"),
                        artifact("file:///srv/artifacts/../secret.tar.gz"),
                        artifact("file:///etc/shadow")),
                List.of(),
                List.of()));

        assertThat(refusals)
                .extracting(r -> r.what())
                .containsExactly("file:///srv/artifacts/../secret.tar.gz", "file:///etc/shadow");
        assertThat(HostPolicy.DEFAULT.refusals(set(List.of(artifact("file:///srv/a")), List.of(), List.of())))
                .hasSize(1);
    }

    @Test
    void letsTheOwnerNarrowWhatIsAllowed() throws Exception {
        var policy = read("""
            allow: {paths: [/etc/web/**, /opt/web], units: [web*.service]}
            deny: {paths: [/etc/web/secret/**]}
            """);

        var refusals = policy.refusals(set(
                List.of(),
                List.of(file("/etc/web/a"), file("/etc/web/secret/b"), file("/etc/other"), file("/etc/shadow")),
                List.of(new UnitText("web-2.service", null, null), new UnitText("db.service", null, null))));

        assertThat(refusals)
                .extracting(r -> r.what())
                .containsExactly("path /etc/web/secret/b", "path /etc/other", "path /etc/shadow", "unit db.service");
    }

    @Test
    void cannotBeWidenedBeyondTheBuiltInDenials() throws Exception {
        var policy = read("allow: {paths: [/**], units: ['*']}\n");

        assertThat(policy.refusals(set(List.of(), List.of(file("/etc/shadow")), List.of())))
                .hasSize(1);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        alow: {paths: []}             | alow is not a setting
        deny: {path: [/etc]}          | deny.path is not a setting
        deny: {paths: /etc}           | deny.paths must be a list
        deny: [/etc]                  | deny must be a mapping
        fileUrls: relative            | fileUrls must be an absolute path
        artifacts: {maxEntries: -1}   | artifacts.maxEntries must be a number
        - a list                      | the file must be a mapping
        'a: ['                        | cannot be used
        """)
    void refusesAPolicyThatItDoesNotUnderstandWhole(String yaml, String words) {
        assertThatThrownBy(() -> read(yaml)).isInstanceOf(PolicyUnusable.class).hasMessageContaining(words);
    }

    @Test
    void refusesAPolicyThatOthersCouldHaveWritten() throws Exception {
        var file = Files.writeString(directory.resolve("agent.yaml"), "deny: {}\n");
        Files.setPosixFilePermissions(file, Durable.permissions(0664));
        assertThatThrownBy(() -> HostPolicyFile.read(file)).hasMessageContaining("writable by root alone");

        Files.setPosixFilePermissions(file, Durable.permissions(0644));
        Files.setOwner(file, Accounts.user("nobody"));
        assertThatThrownBy(() -> HostPolicyFile.read(file)).hasMessageContaining("must belong to root");

        var link = Files.createSymbolicLink(directory.resolve("link.yaml"), file);
        assertThatThrownBy(() -> HostPolicyFile.read(link)).hasMessageContaining("not a regular file");
    }

    @Test
    void isReadAgainWhenTheOwnerChangesIt() throws Exception {
        var file = directory.resolve("agent.yaml");
        var source = new PolicySource(file);
        assertThat(source.current()).isEqualTo(HostPolicy.DEFAULT);

        read("deny: {units: [web.service]}\n");

        assertThat(source.current().units().deny()).containsExactly("web.service");
    }

    private HostPolicy read(String yaml) throws Exception {
        var file = Files.writeString(directory.resolve("agent.yaml"), yaml);
        Files.setPosixFilePermissions(file, Durable.permissions(0644));
        return HostPolicyFile.read(file);
    }

    private static void assertAnswer(String refusals, String name, String answer) {
        if (answer.equals("allowed")) {
            assertThat(refusals).isEqualTo("[]");
        } else {
            assertThat(refusals).contains(name).contains(answer);
        }
    }

    private static ManagedFile file(String path) {
        return new ManagedFile(path, null, null, null, "x", null, null);
    }

    private static Artifact artifact(String url) {
        return new Artifact("app", url, "0".repeat(64), "/opt/web");
    }

    private static DesiredSet set(List<Artifact> artifacts, List<ManagedFile> files, List<UnitText> units) {
        return new DesiredSet(
                new SetId("shop", "web"),
                "uid",
                Instant.EPOCH,
                "web-1",
                "digest",
                new Content(artifacts, files, units),
                Policy.NONE);
    }
}
