package dev.underway.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.server.store.ServerConfig;
import dev.underway.testing.Kubectl;
import dev.underway.testing.Place;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What people may do, as `kubectl auth` of the real kubectl 1.35 tells them. It asks in protobuf.
@QuarkusTest
@TestProfile(ApiAlone.class)
class KubectlAuthTest {
    @TestHTTPResource(value = "", tls = true)
    URI server;

    @Inject
    ServerConfig config;

    private Kubectl kubectl;

    @BeforeEach
    void open() {
        kubectl = Place.open(server, config.stateDirectory());
    }

    @Test
    void whoamiNamesTheCaller() {
        assertThat(kubectl.run("auth", "whoami").text()).isEqualTo("""
            ATTRIBUTE   VALUE
            Username   admin
            Groups   [system:authenticated underway:admins]
            """);
    }

    @Test
    void anAdministratorMayWriteUnitSets() {
        assertThat(kubectl.run("auth", "can-i", "create", "unitsets").text()).isEqualTo("yes\n");
        assertThat(kubectl.run("auth", "can-i", "delete", "us/web").text()).isEqualTo("yes\n");
        assertThat(kubectl.run("auth", "can-i", "*", "*").text()).isEqualTo("yes\n");
        assertThat(kubectl.run("auth", "can-i", "get", "/version").text()).isEqualTo("yes\n");
    }

    @Test
    void nobodyMayMakeWhatTheServerMakes() {
        assertThat(kubectl.run("auth", "can-i", "create", "assignments").text()).isEqualTo("""
            no - nobody may create assignments but the server
            [exit 1]
            """);
    }

    @Test
    void nobodyMayDoAnythingWithWhatIsNotServed() {
        assertThat(kubectl.run("auth", "can-i", "list", "pods").text()).startsWith("no - pods are not served\n");
    }

    @Test
    void theListNamesEveryKind() {
        assertThat(kubectl.run("auth", "can-i", "--list").text())
                .contains(
                        "unitsets.underway.dev   []   []   [create delete deletecollection get list patch update watch]")
                .contains("assignments.underway.dev   []   []   [get list patch update watch]")
                .contains("[/version]   []   [get]");
    }
}
