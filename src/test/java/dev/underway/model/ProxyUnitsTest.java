package dev.underway.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Revision.UnitText;
import dev.underway.model.UnitSetSpec.UpdateMode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The units that a proxy adds to the content of its set.
class ProxyUnitsTest {
    private static final String SERVICE = """
            - name: %s
              proxy: {listen: %s, ports: [7001, 7002]%s}
              content: "[Service]\\nExecStart=/a\\n"
            """;

    @Test
    void areInTheContentBesideTheServiceAndByName() throws Exception {
        var content = Contents.of(spec(SERVICE.formatted("a.service", "80", "")));

        assertThat(content.unitsOrEmpty())
                .extracting(UnitText::name)
                .containsExactly(
                        "a-proxy-7001.service",
                        "a-proxy-7001.socket",
                        "a-proxy-7002.service",
                        "a-proxy-7002.socket",
                        "a-proxy.service",
                        "a-proxy.socket",
                        "a.service");
        assertThat(content.unitsOrEmpty().getLast().proxy())
                .isEqualTo(new Proxy(ListenAddress.of(80), List.of(7001, 7002), null, null));
    }

    @Test
    void sayWhatTheAuthorSaid() throws Exception {
        var texts = texts(spec(SERVICE.formatted("a.service", "\"[::1]:80\"", ", maxConnections: 7")));

        assertThat(texts.get("a-proxy.socket")).contains("\nListenStream=[::1]:80\n");
        assertThat(texts.get("a-proxy.service"))
                .contains(
                        "\nExecStart=/usr/lib/systemd/systemd-socket-proxyd --connections-max=7"
                                + " /run/underway-proxy/a.service/current\n",
                        "\nLimitNOFILE=106\n");
        assertThat(texts.get("a-proxy-7002.socket"))
                .contains("\nListenStream=/run/underway-proxy/a.service/7002.sock\n");
        assertThat(texts.get("a-proxy-7002.service"))
                .contains(" --connections-max=7 --exit-idle-time=1s 127.0.0.1:7002\n");
    }

    /// The proxy of a name with every character that a unit name can have, too.
    @Test
    void areLoadedBySystemdWithoutAWord() throws Exception {
        var texts = texts(spec(SERVICE.formatted("a.service", "80", "")
                + SERVICE.replace("700", "701").formatted("'b:c_d\\x2d.e.service'", "\"127.0.0.1:81\"", "")));

        var systemd = OfflineSystemd.load(texts);

        texts.keySet().forEach(name -> {
            assertThat(systemd.complaints(name)).describedAs(texts.get(name)).isEmpty();
            assertThat(systemd.values(name, "Unit Load State"))
                    .describedAs(name)
                    .containsExactly("loaded");
        });
        assertThat(systemd.values("a-proxy.socket", "ListenStream")).hasSize(1);
        // systemd prints paths of sockets escaped
        assertThat(systemd.values("b:c_d\\x2d.e-proxy-7011.socket", "ListenStream"))
                .containsExactly("/run/underway-proxy/b:c_d\\\\x2d.e.service/7011.sock");
        assertThat(systemd.values("b:c_d\\x2d.e-proxy.service", "Command Line").toString())
                .contains("e.service/current");
    }

    @Test
    void areNeverRestartedForAChange() throws Exception {
        var policy = Contents.policy(spec(SERVICE.formatted("a.service", "80", "")));

        assertThat(policy.units())
                .extracting(Policy.UnitPolicy::name)
                .containsExactly("a-proxy-7001.service", "a-proxy-7002.service", "a-proxy.service");
        assertThat(policy.units()).extracting(Policy.UnitPolicy::update).containsOnly(UpdateMode.Defer);
    }

    @Test
    void oneAddressHasOneDigest() throws Exception {
        var number = Contents.of(spec(SERVICE.formatted("a.service", "6379", "")));
        var text = Contents.of(spec(SERVICE.formatted("a.service", "\"6379\"", "")));

        assertThat(Contents.digest(text)).isEqualTo(Contents.digest(number));
        assertThat(Codec.read(Contents.canonical(text), Revision.Content.class)).isEqualTo(number);
    }

    @Test
    void theProxyIsPartOfTheCanonicalForm() throws Exception {
        var content = Contents.of(spec(SERVICE.formatted("a.service", "80", ", maxConnections: 7, drain: 90s")));

        assertThat(new String(Contents.canonical(content), UTF_8)).endsWith("""
                {"content":"[Service]\\nExecStart=/a\\n","name":"a.service",\
                "proxy":{"drain":"1m30s","listen":80,"maxConnections":7,"ports":[7001,7002]}}]}""");
    }

    @Test
    void aTemplateKeepsItsProxy() throws Exception {
        var content = Contents.of(spec("""
            - name: a.service
              template: true
              proxy: {listen: 80, ports: [7001, 7002], drain: 5s}
              content: "[Service]\\nExecStart=/a ${host.name} ${PORT}\\n"
            """));

        var rendered = Templates.render(content, Map.of("name", "web1"));

        var unit = rendered.unitsOrEmpty().getLast();
        assertThat(unit.content()).isEqualTo("[Service]\nExecStart=/a web1 ${PORT}\n");
        assertThat(unit.proxy()).isNotNull();
        assertThat(unit.proxy().drainOrDefault()).isEqualTo(Duration.ofSeconds(5));
        assertThat(rendered.unitsOrEmpty()).hasSize(7);
        assertThat(rendered.unitsOrEmpty().subList(0, 6))
                .isEqualTo(content.unitsOrEmpty().subList(0, 6));
    }

    @Test
    void theRulesReadTheTextOfATemplate() throws Exception {
        var set = Manifests.read("""
            apiVersion: underway.dev/v1alpha1
            kind: UnitSet
            metadata: {name: a}
            spec:
              selector: {}
              units:
              - name: a.service
                template: true
                proxy: {listen: 80, ports: [7001, 7002]}
                content: "[Service]\\nType=%s\\nExecStart=/a ${host.name}\\n"
            """).getFirst().body();
        var good = Manifests.read(Codec.JSON.writeValueAsString(set).replace("%s", "notify"));
        var bad = Manifests.read(Codec.JSON.writeValueAsString(set).replace("%s", "forking"));

        assertThat(Validation.check(Kind.UNIT_SET, good.getFirst().body())).isEmpty();
        assertThat(Validation.check(Kind.UNIT_SET, bad.getFirst().body()))
                .extracting(FieldError::field)
                .containsExactly("spec.units[0].proxy");
    }

    private static Map<String, String> texts(UnitSetSpec spec) {
        return Contents.of(spec).unitsOrEmpty().stream()
                .collect(Collectors.toMap(
                        UnitText::name, text -> String.valueOf(text.content()), (one, _) -> one, TreeMap::new));
    }

    private static UnitSetSpec spec(String units) throws Exception {
        return Codec.read(
                Manifests.read("selector: {}\nunits:\n" + units).getFirst().body(), UnitSetSpec.class);
    }
}
