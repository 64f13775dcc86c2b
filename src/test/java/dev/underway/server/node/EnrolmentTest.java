package dev.underway.server.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.underway.model.Kind;
import dev.underway.server.PostgresResource;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.ServerConfig;
import dev.underway.wire.Wire;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Who gets in, over TLS with real certificates, into the running server.
@QuarkusTest
@WithTestResource(PostgresResource.class)
class EnrolmentTest {
    @TestHTTPResource(value = "/", tls = true)
    URI server;

    @Inject
    ResourceStore store;

    @Inject
    ServerConfig config;

    private Site site;

    @BeforeEach
    void site() throws Exception {
        site = new Site(server, store, config);
    }

    @Test
    void aMachineWithATokenBecomesAHost() throws Exception {
        var host = Site.name("web");
        var machine = site.machine();
        var own = Map.of("host.underway.dev/os", "debian", "role", "admin", "underway.dev/x", "y");

        var answer = machine.enrol(site.joinToken(host, "web"), host, own, Machine.csr(machine.key, machine.key));

        assertThat(answer.word()).isEqualTo("200");
        assertThat(answer.json().path("serverUid").asText()).isEqualTo(store.uid());
        var labels = site.get(Kind.HOST, "", host).at("/metadata/labels");
        assertThat(labels).hasToString("{\"host.underway.dev/os\":\"debian\",\"role\":\"web\"}");
        assertThat(site.get(Kind.HOST, "", host).at("/status/facts/os").asText())
                .isEqualTo("Debian GNU/Linux 12");
        assertThat(site.get(Kind.HOST, "", host).at("/status/machine").asText()).isEqualTo(machine.id);
    }

    @Test
    void aTokenIsGoodForItsUsesOnly() throws Exception {
        var prefix = Site.name("pair");
        var token = site.joinToken("{\"uses\": 2, \"hosts\": [\"%s-*\"]}".formatted(prefix));

        assertThat(site.machine().enrol(token, prefix + "-1").word()).isEqualTo("200");
        assertThat(site.machine().enrol(token, prefix + "-2").word()).isEqualTo("200");
        assertThat(site.machine().enrol(token, prefix + "-3").word()).isEqualTo("403 TokenUsedUp");
    }

    @Test
    void manyMachinesDoNotShareTheLastUse() throws Exception {
        var prefix = Site.name("race");
        var token = site.joinToken("{\"uses\": 3, \"hosts\": [\"%s-*\"]}".formatted(prefix));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new ArrayList<Future<String>>();
            for (int i = 0; i < 10; i++) {
                var machine = site.machine();
                var host = prefix + "-" + i;
                answers.add(threads.submit(() -> machine.enrol(token, host).word()));
            }

            var words = new ArrayList<String>();
            for (var answer : answers) {
                words.add(answer.get());
            }
            assertThat(words).filteredOn(word -> word.equals("200")).hasSize(3);
            assertThat(words).filteredOn(word -> word.equals("403 TokenUsedUp")).hasSize(7);
        }
    }

    @Test
    void anUnknownOrRevokedTokenIsRefused() throws Exception {
        var host = Site.name("web");
        var token = site.joinToken(host, "web");
        var id = token.split("\\.")[1];
        var guessed = token.replaceFirst("\\.[0-9a-f]{48}\\.", "." + "0".repeat(48) + ".");

        assertThat(site.machine().enrol(guessed, host).word()).isEqualTo("401 TokenUnknown");
        assertThat(site.machine().enrol("let me in", host).word()).isEqualTo("401 TokenUnknown");
        assertThat(site.admin("DELETE", "/underway/v1/join-tokens/" + id, null).status())
                .isEqualTo(204);
        assertThat(site.machine().enrol(token, host).word()).isEqualTo("401 TokenUnknown");
    }

    @Test
    void anExpiredTokenIsRefused() throws Exception {
        var host = Site.name("web");
        var token = site.joinToken("{\"expiresIn\": \"1s\"}");
        Thread.sleep(1100);

        assertThat(site.machine().enrol(token, host).word()).isEqualTo("403 TokenExpired");
    }

    @Test
    void aTakenNameIsRefusedUntilItIsReset() throws Exception {
        var host = Site.name("web");
        var first = site.machine().join(site.joinToken(host, "web"), host);
        var token = site.joinToken(host, "web");

        assertThat(site.machine().enrol(token, host).word()).isEqualTo("409 NameTaken");
        assertThat(first.desiredState(host, null, 0).word()).isEqualTo("200");

        assertThat(site.admin("POST", "/underway/v1/hosts/" + host + "/reset", null)
                        .status())
                .isEqualTo(204);
        assertThat(first.desiredState(host, null, 0).word()).isEqualTo("401 NotEnrolled");
        var second = site.machine().join(token, host);
        assertThat(second.desiredState(host, null, 0).word()).isEqualTo("200");
        assertThat(first.desiredState(host, null, 0).word()).isEqualTo("401 NotEnrolled");
    }

    @Test
    void aMachineWhoseAnswerWasLostAsksAgain() throws Exception {
        var host = Site.name("web");
        var token = site.joinToken(host, "web");
        var machine = site.machine();
        machine.join(token, host);

        var line = machine.join(token, host);

        assertThat(line.desiredState(host, null, 0).word()).isEqualTo("200");
    }

    @Test
    void aCopyOfTheMachineIsRefused() throws Exception {
        var host = Site.name("web");
        var token = site.joinToken(host, "web");
        var machine = site.machine();
        var line = machine.join(token, host);

        var copy = line.copiedTo(Site.name("copy"));

        assertThat(copy.desiredState(host, null, 0).word()).isEqualTo("403 MachineMismatch");
        assertThat(site.machine(Site.name("copy"), machine.key)
                        .enrol(token, host)
                        .word())
                .isEqualTo("403 MachineMismatch");
        assertThat(line.desiredState(host, null, 0).word()).isEqualTo("200");
    }

    @Test
    void aNameOutsideTheTokenOrTheRulesIsRefused() throws Exception {
        var token = site.joinToken("{\"hosts\": [\"web-*\"]}");

        assertThat(site.machine().enrol(token, "db-1").word()).isEqualTo("403 NameNotAllowed");
        assertThat(site.machine().enrol(token, "web-../../x").word()).isEqualTo("403 NameNotAllowed");
    }

    @Test
    void weakKeysAndUnprovenKeysAreRefused() throws Exception {
        var host = Site.name("web");
        var token = site.joinToken(host, "web");
        var machine = site.machine();
        var weak = Machine.rsaKey(1024);
        var stolen = Machine.csr(machine.key, Machine.ecKey());

        assertThat(machine.enrol(token, host, Map.of(), Machine.csr(weak, weak)).word())
                .isEqualTo("400 BadRequest");
        assertThat(machine.enrol(token, host, Map.of(), stolen).word()).isEqualTo("400 BadRequest");
        assertThat(machine.enrol(token, host, Map.of(), "no pem").word()).isEqualTo("400 BadRequest");
        assertThat(machine.enrol(token, host, Map.of(), "x".repeat(70_000)).word())
                .isEqualTo("413 TooLarge");
        assertThat(machine.enrol(token, host).word()).isEqualTo("200");
    }

    @Test
    void aCertificateOfAnotherAuthorityDoesNotGetThroughTls() throws Exception {
        var host = Site.name("web");
        var machine = site.machine();
        machine.join(site.joinToken(host, "web"), host);
        var name = new X500Name("CN=" + host);
        var issuer = new X500Name(
                ((X509Certificate) machine.authority).getSubjectX500Principal().getName());
        var now = new Date();
        var forged = new JcaX509CertificateConverter()
                .getCertificate(new JcaX509v3CertificateBuilder(
                                issuer,
                                BigInteger.TEN,
                                now,
                                new Date(now.getTime() + 86_400_000),
                                name,
                                machine.key.getPublic())
                        .build(new JcaContentSignerBuilder("SHA256withECDSA").build(machine.key.getPrivate())));
        var line = new Machine.Line(machine, forged);

        assertThatThrownBy(() -> line.desiredState(host, null, 0)).isInstanceOf(IOException.class);
    }

    @Test
    void anAddressThatDoesNotEndItsRequestsFillsNoMoreThanItsOwnRoom() throws Exception {
        var host = Site.name("web");
        var token = site.joinToken(host, "web");
        var machine = site.machine();
        var stranger = new Machine.Line(site.machine(), null);
        var requests = Stream.generate(() -> stranger.announce(Wire.ENROL, 60 << 10))
                .limit(16)
                .toList();

        var refused = await().until(() -> machine.enrol(token, host), answer -> answer.status() == 429);

        assertThat(refused.json().path("message").asText()).contains("at a time");
        requests.forEach(request -> request.cancel(true));
        await().until(() -> machine.enrol(token, host).word(), "200"::equals);
    }

    @Test
    void joinTokensAreListedWithoutTheirSecretsAndForAdministratorsOnly() throws Exception {
        var token = site.joinToken("{\"uses\": 5, \"hosts\": [\"web-*\"], \"labels\": {\"role\": \"web\"}}");
        var parts = token.split("\\.");

        var list = site.admin("GET", "/underway/v1/join-tokens", null);

        assertThat(list.status()).isEqualTo(200);
        assertThat(list.json().path("items").findValuesAsText("id")).contains(parts[1]);
        assertThat(new String(list.bytes())).doesNotContain(parts[2]);
        var stranger = new Machine.Line(site.machine(), null);
        assertThat(stranger.get("/underway/v1/join-tokens").word()).isEqualTo("401 Unauthorized");
    }

    @Test
    void wishesForTokensAreChecked() throws Exception {
        for (var wish : List.of(
                "{\"uses\": 0}",
                "{\"expiresIn\": \"tomorrow\"}",
                "{\"expiresIn\": \"9999d\"}",
                "{\"hosts\": [\"Web 1\"]}",
                "{\"labels\": {\"a b\": \"c\"}}",
                "{\"labels\": {\"host.underway.dev/os\": \"x\"}}",
                "[]",
                "null",
                "{")) {
            assertThat(site.admin("POST", "/underway/v1/join-tokens", wish).word())
                    .as(wish)
                    .isEqualTo("400 BadRequest");
        }
    }
}
