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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a person reads in the real kubectl 1.35 when something is refused; nothing of it is stored.
@QuarkusTest
@TestProfile(ApiAlone.class)
class KubectlRefusalsTest {
    @TestHTTPResource(value = "", tls = true)
    URI server;

    @Inject
    ServerConfig config;

    private Kubectl kubectl;

    @BeforeEach
    void open() {
        kubectl = Place.open(server, config.stateDirectory());
    }

    @AfterEach
    void nothingIsStored() {
        assertThat(kubectl.run("get", "us").text()).isEqualTo("No resources found in shop namespace.\n");
    }

    @Test
    void anUnknownField() {
        assertThat(apply("selector: {}\n  unitz: []")).isEqualTo("""
                Error from server (BadRequest): error when creating "STDIN": UnitSet in version "v1alpha1" cannot be \
                handled as a UnitSet: strict decoding error: unknown field "spec.unitz"
                [exit 1]
                """);
    }

    @Test
    void anUnknownFieldInAList() {
        assertThat(apply("selector: {}\n  units: [{name: web.service, contnet: x}]"))
                .contains("strict decoding error: unknown field \"spec.units[0].contnet\"\n");
    }

    @Test
    void aMissingSelector() {
        assertThat(apply("paused: true")).isEqualTo("""
                The UnitSet "bad" is invalid: spec.selector: is required: Picks the hosts. Required; {} picks every host.
                [exit 1]
                """);
    }

    @Test
    void aBadUnitName() {
        assertThat(apply("selector: {}\n  units: [{name: web}]")).isEqualTo("""
                The UnitSet "bad" is invalid: spec.units[0].name: "web" is not a unit name; write letters, digits and \
                :-_.\\@ and a type as suffix, such as web.service
                [exit 1]
                """);
    }

    @Test
    void aPathThatClimbsOut() {
        assertThat(apply("selector: {}\n  files: [{path: /etc/../root/x, content: x}]"))
                .isEqualTo("""
                The UnitSet "bad" is invalid: spec.files[0].path: "/etc/../root/x" has a part ..; write the path that it leads to
                [exit 1]
                """);
    }

    @Test
    void aRelativePath() {
        assertThat(apply("selector: {}\n  files: [{path: etc/x, content: x}]")).isEqualTo("""
                The UnitSet "bad" is invalid: spec.files[0].path: "etc/x" is not absolute; begin it with /
                [exit 1]
                """);
    }

    @Test
    void anIntegerMode() {
        assertThat(apply("selector: {}\n  files: [{path: /etc/x, content: x, mode: 0640}]"))
                .isEqualTo("""
                The UnitSet "bad" is invalid: spec.files[0].mode: must be a string (quote it, such as "0640"), not a number
                [exit 1]
                """);
    }

    @Test
    void aUnitFileThatCannotBeRead() {
        assertThat(apply("selector: {}\n  units: [{name: web.service, content: \"[Service]\\nExecStart\\n\"}]"))
                .isEqualTo("""
                The UnitSet "bad" is invalid: spec.units[0].content: line 2: missing '=' in "ExecStart"; write Key=value
                [exit 1]
                """);
    }

    @Test
    void aDigestThatIsNone() {
        assertThat(
                        apply(
                                "selector: {}\n  artifacts: [{name: a, url: 'https://example.com/a', sha256: abc, path: /opt/a}]"))
                .isEqualTo("""
                The UnitSet "bad" is invalid: spec.artifacts[0].sha256: "abc" must match [0-9a-f]{64}
                [exit 1]
                """);
    }

    @Test
    void twoUnitsOfOneName() {
        assertThat(apply("selector: {}\n  units: [{name: nginx.service}, {name: nginx.service}]"))
                .isEqualTo("""
                The UnitSet "bad" is invalid: spec.units[1].name: "nginx.service" is in the list already; each may be there once
                [exit 1]
                """);
    }

    @Test
    void moreContentThanTheLimit() {
        var content = "a".repeat(300_000);
        var file = "{path: /etc/%d, content: " + content + "}";
        assertThat(apply("selector: {}\n  files: [" + file.formatted(1) + "," + file.formatted(2) + ","
                        + file.formatted(3) + "," + file.formatted(4) + "]"))
                .isEqualTo("""
                The UnitSet "bad" is invalid: spec: contents and unit texts have 1200000 bytes together; at most 1048576 \
                are allowed; move large ones into an artifact
                [exit 1]
                """);
    }

    @Test
    void severalErrorsAreNamedTogether() {
        assertThat(apply("selector: {}\n  paused: 3\n  drift: Mend")).isEqualTo("""
                The UnitSet "bad" is invalid:
                * spec.drift: "Mend" is not supported; write one of Heal, Report
                * spec.paused: must be true or false, not a number
                [exit 1]
                """);
    }

    @Test
    void aNameWithDots() {
        assertThat(kubectl.runWith(Manifest.unitSet("web.one"), "create", "-f", "-")
                        .text())
                .isEqualTo("""
                The UnitSet "web.one" is invalid: metadata.name: "web.one" must be at most 63 lower case letters, digits \
                and hyphens, and begin and end with a letter or digit, such as web-1; no dots, because \
                <unitset>.<host> names an assignment
                [exit 1]
                """);
    }

    @Test
    void aKindThatDoesNotExist() {
        assertThat(kubectl.runWith(
                                "apiVersion: underway.dev/v1alpha1\nkind: Nope\nmetadata: {name: a}\n",
                                "apply",
                                "-f",
                                "-")
                        .text())
                .isEqualTo("""
                error: resource mapping not found for name: "a" namespace: "" from "STDIN": no matches for kind "Nope" \
                in version "underway.dev/v1alpha1"
                ensure CRDs are installed first
                [exit 1]
                """);
    }

    @Test
    void anAssignmentMadeByAPerson() {
        var said = kubectl.runWith("""
                apiVersion: underway.dev/v1alpha1
                kind: Assignment
                metadata: {name: web.h1}
                spec: {unitSet: web, host: h1, revision: web-1, digest: aa}
                """, "create", "-f", "-");

        assertThat(said.text()).isEqualTo("""
                Error from server (Forbidden): error when creating "STDIN": assignments.underway.dev "web.h1" is \
                forbidden: assignments are made by the server; create or change a UnitSet instead
                [exit 1]
                """);
    }

    @Test
    void theDeletionOfAnAssignment() {
        assertThat(kubectl.run("delete", "asn", "web.h1").text()).isEqualTo("""
                Error from server (Forbidden): assignments.underway.dev "web.h1" is forbidden: assignments come and go \
                with their UnitSet; delete the UnitSet, or change its selector or the host's labels
                [exit 1]
                """);
    }

    @Test
    void theDeletionOfTheDefaultNamespace() {
        assertThat(kubectl.run("delete", "ns", "default").text()).isEqualTo("""
                Error from server (Forbidden): namespaces "default" is forbidden: this namespace may not be deleted
                [exit 1]
                """);
    }

    @Test
    void labelsOfTheAgentWrittenByAPerson() {
        kubectl.runWith(
                "apiVersion: underway.dev/v1alpha1\nkind: Host\nmetadata: {name: labelled}\n", "create", "-f", "-");

        assertThat(kubectl.run("label", "host", "labelled", "host.underway.dev/os=plan9")
                        .text())
                .isEqualTo("""
                The Host "labelled" is invalid: metadata.labels: labels that begin with host.underway.dev/ are written \
                by the host's agent; use another prefix
                [exit 1]
                """);
    }

    @Test
    void aTokenThatDoesNotHold() {
        assertThat(kubectl.run("get", "us", "--token=nonsense").text()).isEqualTo("""
                error: You must be logged in to the server (Unauthorized: not a token of this server)
                [exit 1]
                """);
    }

    @Test
    void actingAsSomebodyElse() {
        assertThat(kubectl.run("get", "us", "--as=root").text()).isEqualTo("""
                Error from server (Forbidden): acting as somebody else (--as) is not served
                [exit 1]
                """);
    }

    @Test
    void warnsOfUnknownFieldsWhenAskedTo() {
        var manifest = Manifest.unitSet("warned").replace("units:", "foo: 1\n  units:");

        assertThat(kubectl.runWith(manifest, "apply", "--validate=warn", "-f", "-")
                        .text())
                .isEqualTo("""
                unitset.underway.dev/warned created
                Warning: unknown field "spec.foo"
                """);
        assertThat(kubectl.run("get", "us", "warned", "-o", "jsonpath={.spec.foo}")
                        .out())
                .isEmpty();
        kubectl.run("delete", "us", "warned");
    }

    @Test
    void dropsUnknownFieldsSilentlyWhenAskedTo() {
        var manifest = Manifest.unitSet("ignored").replace("units:", "foo: 1\n  units:");

        assertThat(kubectl.runWith(manifest, "apply", "--validate=false", "-f", "-")
                        .text())
                .isEqualTo("unitset.underway.dev/ignored created\n");
        kubectl.run("delete", "us", "ignored");
    }

    private String apply(String spec) {
        return kubectl.runWith("""
                apiVersion: underway.dev/v1alpha1
                kind: UnitSet
                metadata: {name: bad}
                spec:
                  %s
                """.formatted(spec), "apply", "-f", "-").text();
    }
}
