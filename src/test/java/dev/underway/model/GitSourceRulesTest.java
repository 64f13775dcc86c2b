package dev.underway.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GitSourceRulesTest {
    private static List<String> errors(String spec) throws Exception {
        var body = Manifests.read("""
                        apiVersion: underway.dev/v1alpha1
                        kind: GitSource
                        metadata: {name: fleet, namespace: default}
                        spec: {%s}
                        """.formatted(spec)).getFirst().body();
        return Validation.check(Kind.GIT_SOURCE, body).stream()
                .map(error -> error.field() + ": " + error.message())
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "branch: release/1.x, path: fleet/production",
                "tag: v1.2.3",
                "path: /",
                "path: ./fleet/",
                "url: 'https://example.com/fleet.git', credentials: github, interval: 10s",
                "url: 'ssh://git@example.com:2222/fleet.git'",
                "url: 'file:///srv/git/fleet.git'",
                "verify: {keys: [{name: ann, key: 'ssh-ed25519 AAAA ann@example.com'}]}",
                "verify: {keys: [{name: yubi, key: 'sk-ssh-ed25519@openssh.com AAAA'}]}"
            })
    void isFine(String spec) throws Exception {
        assertThat(errors(spec)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            branch: main, tag: v1                            | spec.tag: a source follows a branch or a tag, not both
            branch: ''                                       | spec.branch: "" is no name that git takes
            branch: 'a..b'                                   | spec.branch: "a..b" is no name that git takes
            branch: '-x'                                     | spec.branch: "-x" is no name that git takes
            tag: 'v1.lock'                                   | spec.tag: "v1.lock" is no name that git takes
            tag: 'refs/../x'                                 | spec.tag: "refs/../x" is no name that git takes
            path: '../other'                                 | spec.path: must be a directory inside the repository
            path: 'a//b'                                     | spec.path: must be a directory inside the repository
            path: '.git'                                     | spec.path: must be a directory inside the repository
            url: 'http://example.com/x'                      | spec.url: "http://example.com/x" must begin with https://
            url: 'git@example.com:fleet.git'                 | spec.url: write it as a URL: ssh://git@example.com/fleet.git
            url: 'https:///x'                                | spec.url: "https:///x" names no host
            url: 'https://ann:pw@example.com/x'              | spec.url: no secrets in a URL
            url: 'https://token@example.com/x'               | spec.url: no secrets in a URL
            url: 'https://a b/'                              | spec.url: "https://a b/" is no URL
            interval: 5m                                     | spec.interval: means nothing for a repository that this server
            credentials: x                                   | spec.credentials: means nothing for a repository that this
            url: 'https://e/x', interval: 1s                 | spec.interval: must be from 10s to 7d
            verify: {keys: []}                               | spec.verify.keys: names no key
            verify: {keys: [{name: a, key: x}]}              | spec.verify.keys[0].key: is neither an armored OpenPGP
            """)
    void isRefused(String spec, String error) throws Exception {
        assertThat(errors(spec)).singleElement().asString().startsWith(error);
    }

    @Test
    void aPrivateKeyIsToldToBeReplaced() throws Exception {
        assertThat(errors("verify: {keys: [{name: a, key: '-----BEGIN OPENSSH PRIVATE KEY-----'}]}"))
                .singleElement()
                .asString()
                .startsWith("spec.verify.keys[0].key: is a private key; replace it");
    }
}
