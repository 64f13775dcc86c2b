package dev.underway.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.UnitSetSpec.UnitState;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ContentsTest {
    private static final String SPEC = """
            selector: {matchLabels: {role: web}}
            artifacts:
            - {name: b, url: https://example.com/b.tar.gz, sha256: bb, path: /opt/b}
            - {name: a, url: https://example.com/a.tar.gz, sha256: aa, path: /opt/a}
            files:
            - {path: /etc/web/z, mode: "0640", owner: web, group: web, content: "grüße\\n"}
            - {path: /etc/web/a, contentBase64: AAE=, adopt: true}
            - {path: /etc/web/m, mode: "644", owner: root, group: root, content: ""}
            units:
            - name: web.service
              content: "[Service]\\nExecStart=/opt/a/web\\n"
              dropIns: {20-b.conf: "[Service]\\nUser=b\\n", 10-a.conf: "[Service]\\nUser=a\\n"}
              reloadOn: [/etc/web/*]
              adopt: true
            - {name: nginx.service, state: IfRunning, dropIns: {}, restartOn: []}
            - {name: quiet.service, adopt: false}
            rollout: {healthyDeadline: 5m}
            paused: true
            """;

    @Test
    void writesTheCanonicalFormForEver() throws Exception {
        var content = Contents.of(spec(SPEC));

        assertThat(new String(Contents.canonical(content), UTF_8)).isEqualTo("""
                {"artifacts":[\
                {"name":"a","path":"/opt/a","sha256":"aa","url":"https://example.com/a.tar.gz"},\
                {"name":"b","path":"/opt/b","sha256":"bb","url":"https://example.com/b.tar.gz"}],\
                "files":[{"contentBase64":"AAE=","path":"/etc/web/a"},\
                {"content":"","path":"/etc/web/m"},\
                {"content":"grüße\\n","group":"web","mode":"0640","owner":"web","path":"/etc/web/z"}],\
                "units":[{"name":"nginx.service"},{"name":"quiet.service"},\
                {"content":"[Service]\\nExecStart=/opt/a/web\\n",\
                "dropIns":{"10-a.conf":"[Service]\\nUser=a\\n","20-b.conf":"[Service]\\nUser=b\\n"},\
                "name":"web.service"}]}""");
        assertThat(Contents.digest(content))
                .isEqualTo("652e25bc7150c09090c29e19513364daffa6d5f01d314c65e9d47606105be553");
    }

    @Test
    void writesTemplatesForEver() throws Exception {
        var content = Contents.of(spec("""
                selector: {}
                files:
                - {path: /etc/a, content: "${host.name}", template: true}
                - {path: /etc/b, content: "x", template: false}
                units:
                - {name: a.service, content: "[Service]\\nUser=${host.labels.a}\\n", template: true}
                """));

        assertThat(new String(Contents.canonical(content), UTF_8)).isEqualTo("""
                {"files":[{"content":"${host.name}","path":"/etc/a","template":true},\
                {"content":"x","path":"/etc/b"}],\
                "units":[{"content":"[Service]\\nUser=${host.labels.a}\\n","name":"a.service","template":true}]}""");
        assertThat(new String(
                        Contents.canonical(Templates.render(content, Map.of("name", "w", "labels.a", "b"))), UTF_8))
                .isEqualTo("""
                {"files":[{"content":"w","path":"/etc/a"},{"content":"x","path":"/etc/b"}],\
                "units":[{"content":"[Service]\\nUser=b\\n","name":"a.service"}]}""");
    }

    @Test
    void hasOneDigestForNothing() throws Exception {
        var nothing = Contents.of(spec("selector: {}\nfiles: []\nunits: []\n"));

        assertThat(Contents.digest(nothing))
                .isEqualTo(Contents.digest(Contents.of(spec("selector: {}\n"))))
                .isEqualTo("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
    }

    @Test
    void readsItsOwnCanonicalFormBack() throws Exception {
        var content = Contents.of(spec(SPEC));

        assertThat(Codec.read(Contents.canonical(content), Revision.Content.class))
                .isEqualTo(content);
    }

    @Test
    void carriesInThePolicyWhatIsNotContent() throws Exception {
        var policy = Contents.policy(spec(SPEC));

        assertThat(policy.adoptFilesOrEmpty()).containsExactly("/etc/web/a");
        assertThat(policy.healthyDeadline()).isEqualTo(Duration.ofMinutes(5));
        assertThat(policy.units()).extracting(Policy.UnitPolicy::name).containsExactly("nginx.service", "web.service");
        assertThat(policy.unit("nginx.service").state()).isEqualTo(UnitState.IfRunning);
        assertThat(policy.unit("web.service").adopt()).isTrue();
    }

    @Test
    void hasNoPolicyWhereTheAuthorSaidNothing() throws Exception {
        assertThat(Contents.policy(spec("selector: {}\nunits: [{name: a.service, content: x, reloadOn: []}]\n")))
                .isEqualTo(Policy.NONE);
    }

    private static UnitSetSpec spec(String yaml) throws Exception {
        return Codec.read(Manifests.read(yaml).getFirst().body(), UnitSetSpec.class);
    }
}
