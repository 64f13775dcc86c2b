package dev.underway.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Codec;
import dev.underway.server.PostgresResource;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.ServerConfig;
import dev.underway.wire.Enrolment;
import dev.underway.wire.Wire;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.security.KeyPair;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Certificates that renew others: for the same host on the same machine, and no moment without one that counts.
@QuarkusTest
@WithTestResource(PostgresResource.class)
class RenewalTest {
    @TestHTTPResource(value = "/", tls = true)
    URI server;

    @Inject
    ResourceStore store;

    @Inject
    ServerConfig config;

    private Site site;
    private String host;
    private String machine;
    private Machine.Line line;

    @BeforeEach
    void aHostThatHasJoined() throws Exception {
        site = new Site(server, store, config);
        host = Site.name("web");
        machine = Site.name("machine");
        line = site.machine(machine, Machine.ecKey()).join(site.joinToken(host, "web"), host);
    }

    @Test
    void theOldOneCountsUntilTheNewOneIsUsed() throws Exception {
        var next = renewed(line);

        assertThat(line.desiredState(host, null, 0).word()).isEqualTo("200");
        assertThat(next.desiredState(host, null, 0).word()).isEqualTo("200");
        assertThat(line.desiredState(host, null, 0).word()).isEqualTo("401 NotEnrolled");
        assertThat(next.desiredState(host, null, 0).word()).isEqualTo("200");
    }

    @Test
    void whoLostTheAnswerAsksAgain() throws Exception {
        var lost = renewed(line);

        var next = renewed(line);

        assertThat(lost.desiredState(host, null, 0).word()).isEqualTo("401 NotEnrolled");
        assertThat(next.desiredState(host, null, 0).word()).isEqualTo("200");
    }

    @Test
    void itIsForTheSameHostWhateverTheRequestSays() throws Exception {
        var certificate = certificate(renew(line, Machine.ecKey()));

        assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=" + host);
        assertThat(certificate.getSubjectAlternativeNames())
                .extracting(name -> name.get(1).toString())
                .containsExactly("underway:machine:" + site.machine(machine, Machine.ecKey()).id);
    }

    @Test
    void aCopyOfTheMachineIsRefused() throws Exception {
        assertThat(renew(line.copiedTo(Site.name("copy")), Machine.ecKey()).word())
                .isEqualTo("403 MachineMismatch");
    }

    @Test
    void whoIsShutOutIsRefused() throws Exception {
        site.admin("POST", "/underway/v1/hosts/" + host + "/reset", null);

        var refused = renew(line, Machine.ecKey());
        assertThat(refused.word()).isEqualTo("401 NotEnrolled");
        assertThat(refused.json().path("message").asText())
                .contains("/etc/underway/join-token")
                .contains("/var/lib/underway/identity.json");
    }

    @Test
    void whoHasNoCertificateOrIsAPersonIsRefused() throws Exception {
        var stranger = new Machine.Line(site.machine(), null);

        assertThat(renew(stranger, Machine.ecKey()).word()).isEqualTo("401 NotEnrolled");
        assertThat(site.admin("POST", Wire.RENEW, "{}").word()).isEqualTo("403 Forbidden");
    }

    @Test
    void aRequestThatIsNoneIsRefused() throws Exception {
        assertThat(line.post(Wire.RENEW, "{}".getBytes()).word()).isEqualTo("400 BadRequest");
        assertThat(line.post(Wire.RENEW, "{\"csr\": \"no pem\"}".getBytes()).word())
                .isEqualTo("400 BadRequest");
    }

    /// The line on which the machine speaks with a renewed certificate.
    private Machine.Line renewed(Machine.Line by) throws Exception {
        var key = Machine.ecKey();
        return new Machine.Line(site.machine(machine, key), certificate(renew(by, key)));
    }

    private static Machine.Answer renew(Machine.Line by, KeyPair key) throws Exception {
        return by.post(Wire.RENEW, Codec.bytes(new Enrolment.Renewal(Wire.VERSION, Machine.csr(key, key))));
    }

    private static X509Certificate certificate(Machine.Answer answer) throws Exception {
        assertThat(answer.word()).isEqualTo("200");
        var pem = answer.json().path("certificate").asText();
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem.getBytes()));
    }
}
