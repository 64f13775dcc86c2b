package dev.underway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.testing.Kubectl;
import dev.underway.testing.KubectlProgram;
import dev.underway.testing.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The commands of the real kubectl 1.35 that work on Underway's kinds, on the packaged server, in the order of a day's
/// work: what each needs to be sent is of its own making. The rows build on each other.
@Tag("e2e")
class ConformanceTest {
    private static final String NAMESPACE = "conformance";
    private static final String WEB = """
        apiVersion: underway.dev/v1alpha1
        kind: UnitSet
        metadata: {name: web, labels: {app: web}}
        spec:
          selector: {matchLabels: {fleet: nowhere}}
          units:
          - name: web.service
            content: |
              [Service]
              Type=exec
              ExecStart=/bin/sleep 1
              Restart=always
        """;

    /// Each in a file of its name.
    private static final Map<String, String> MANIFESTS = Map.ofEntries(
            Map.entry("web", WEB),
            Map.entry("web2", WEB.replace("sleep 1", "sleep 2")),
            Map.entry("web3", WEB.replace("sleep 1", "sleep 3")),
            Map.entry("api", WEB.replace("name: web, labels: {app: web}", "name: api, labels: {app: api}")),
            Map.entry("named", WEB.replace("name: web,", "generateName: gen-,")),
            Map.entry("ssa", WEB.replace("name: web,", "name: ssa,")),
            Map.entry("ssa2", WEB.replace("name: web,", "name: ssa,").replace("sleep 1", "sleep 9")),
            Map.entry("bad", WEB.replace("web.service", "web.nonsense")),
            Map.entry("typo", WEB.replace("selector:", "selectro:")),
            Map.entry("host", """
                apiVersion: underway.dev/v1alpha1
                kind: Host
                metadata: {name: conformance-h1, labels: {zone: a}}
                """));

    private static Kubectl kubectl;
    private static Path home;

    @BeforeAll
    static void open() throws Exception {
        home = Files.createTempDirectory("underway-conformance-");
        for (var manifest : MANIFESTS.entrySet()) {
            Files.writeString(home.resolve(manifest.getKey() + ".yaml"), manifest.getValue());
        }
        Files.createDirectory(home.resolve("k"));
        Files.writeString(home.resolve("k/kustomization.yaml"), "resources: [web.yaml]\nnameSuffix: -k\n");
        Files.copy(home.resolve("web.yaml"), home.resolve("k/web.yaml"));
        var text = Files.readString(Server.shared().kubeconfig());
        var kubeconfig = Files.writeString(
                home.resolve("kubeconfig"), text.replace("namespace: default", "namespace: " + NAMESPACE));
        kubectl = Kubectl.with(kubeconfig, home).where("EDITOR", "sed -i s/sleep.2/sleep\\ 4/");
    }

    @AfterAll
    static void removeFiles() throws Exception {
        kubectl.run("delete", "host", "conformance-h1", "--ignore-not-found");
        try (Stream<Path> files = Files.walk(home)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(path -> path.toFile().delete());
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
        # kubectl                                                           | exit | prints
        version                                                             | 0 | Server Version: v1\\.35
        api-versions                                                        | 0 | underway\\.dev/v1alpha1
        api-resources --api-group=underway.dev -o wide                      | 0 | unitsets +us .*UnitSet
        create namespace conformance                                        | 0 | namespace/conformance created
        get namespaces                                                      | 0 | conformance +Active
        explain unitset.spec.units                                          | 0 | reloadOn
        explain unitset --recursive                                         | 0 | matchLabels
        get unitsets                                                        | 0 | No resources found in conformance namespace
        apply -f host.yaml                                                  | 0 | host.underway.dev/conformance-h1 created
        apply -f web.yaml                                                   | 0 | unitset.underway.dev/web created
        apply -f web.yaml                                                   | 0 | unitset.underway.dev/web unchanged
        apply --dry-run=server -f web2.yaml                                 | 0 | web configured \\(server dry run\\)
        diff -f web2.yaml                                                   | 1 | \\+ +ExecStart=/bin/sleep 2
        apply -f web2.yaml                                                  | 0 | web configured
        diff -f web2.yaml                                                   | 0 | ^$
        apply -f bad.yaml                                                   | 1 | spec.units\\[0\\].name
        apply -f typo.yaml                                                  | 1 | unknown field "spec.selectro"
        apply -k k                                                          | 0 | web-k created
        apply -f api.yaml                                                   | 0 | api created
        get us                                                              | 0 | (?s)NAME.*api.*web
        get us -o wide --show-labels                                        | 0 | app=web
        get us -A                                                           | 0 | conformance +web
        get us web -o yaml                                                  | 0 | ExecStart=/bin/sleep 2
        get us -o json                                                      | 0 | "kind": "List"
        get us web -o jsonpath={.spec.units[0].name}                        | 0 | web.service
        get us -o name                                                      | 0 | unitset.underway.dev/web
        get us -o custom-columns=N:.metadata.name                           | 0 | (?m)^web$
        get us -l app=web -o name                                           | 0 | ^unitset.underway.dev/web\\nunitset.underway.dev/web-k\\n$
        get us -l app_in_(web,x),!foo -o name                               | 0 | ^unitset.underway.dev/web\\n
        get us --field-selector metadata.name=api -o name                   | 0 | ^unitset.underway.dev/api\\n$
        get us --field-selector spec.nope=1                                 | 1 | spec\\.nope
        get asn --field-selector spec.unitSet=web                           | 0 | No resources found
        get us --sort-by=.metadata.name -o name                             | 0 | (?s)api.*web
        get us --chunk-size=1 -o name                                       | 0 | (?s)api.*web
        get us nope                                                         | 1 | unitsets.underway.dev "nope" not found
        get us nope --ignore-not-found                                      | 0 | ^$
        get hosts                                                           | 0 | conformance-h1
        get rev                                                             | 0 | web-
        describe us web                                                     | 0 | (?s)Name: +web.*Events:
        get --raw /apis/underway.dev/v1alpha1                               | 0 | "unitsets/status"
        get --raw /healthz                                                  | 0 | ok
        create -f web.yaml                                                  | 1 | AlreadyExists
        create -f named.yaml                                                | 0 | unitset.underway.dev/gen-[a-z0-9]{5} created
        replace -f web3.yaml                                                | 0 | web replaced
        replace --force -f web2.yaml                                        | 0 | web replaced
        edit us web                                                         | 0 | web edited
        get us web -o jsonpath={.spec.units[0].content}                     | 0 | sleep 4
        patch us web --type=merge -p {"spec":{"paused":true}}               | 0 | web patched
        patch us web --type=json -p [{"op":"remove","path":"/spec/paused"}] | 0 | web patched
        patch us web -p {"spec":{"paused":true}}                            | 1 | (?i)media type
        label us web tier=front                                             | 0 | web labeled
        annotate us web note=hello                                          | 0 | web annotated
        wait us/web --for=jsonpath={.metadata.labels.tier}=front --timeout=9s | 0 | condition met
        wait us/web --for=condition=Ready --timeout=20s                     | 0 | condition met
        wait us/never --for=delete --timeout=9s                             | 0 | (?s).*
        wait us/web --for=create --timeout=9s                               | 0 | condition met
        wait us/web --for=jsonpath={.spec.paused}=true --timeout=1s         | 1 | timed out
        apply --server-side -f ssa.yaml                                     | 0 | ssa serverside-applied
        apply --server-side -f ssa.yaml                                     | 0 | ssa serverside-applied
        apply --server-side --field-manager=other -f ssa2.yaml              | 1 | (?s)conflict with "kubectl".*spec.units
        diff --server-side --field-manager=other --force-conflicts -f ssa2.yaml | 1 | \\+ +ExecStart=/bin/sleep 9
        apply --server-side --field-manager=other --force-conflicts -f ssa2.yaml | 0 | ssa serverside-applied
        get us ssa -o yaml --show-managed-fields                            | 0 | manager: other
        apply --server-side -f web2.yaml                                    | 1 | conflict with "kubectl-edit"
        apply --server-side --force-conflicts -f web2.yaml                  | 0 | web serverside-applied
        events --for unitset/web                                            | 0 | Normal +[A-Z]\\w+ +UnitSet/web
        get events                                                          | 0 | (?s)LAST SEEN.*unitset/web
        auth can-i create unitsets                                          | 0 | yes
        auth can-i --list                                                   | 0 | \\*
        auth whoami                                                         | 0 | admin
        get us --as bob                                                     | 1 | Forbidden
        rollout status us/web                                               | 1 | no kind "UnitSet" is registered
        delete us api --now                                                 | 0 | "api" deleted
        delete us ssa --cascade=orphan                                      | 0 | "ssa" deleted
        delete us -l app=web --cascade=foreground                           | 0 | "web" deleted
        delete us --all                                                     | 0 | No resources found
        delete host conformance-h1 --wait                                   | 0 | deleted
        apply -f web.yaml                                                   | 0 | web created
        delete namespace conformance                                        | 0 | "conformance" deleted
        get us                                                              | 0 | No resources found
        get foos                                                            | 1 | the server doesn't have a resource type
        """)
    void does(String command, int exit, String prints) {
        var said = kubectl.run(words(command));

        assertThat(said.exit()).describedAs(said.out() + said.err()).isEqualTo(exit);
        assertThat(said.out() + said.err()).containsPattern(prints);
    }

    /// What a shell asks kubectl when somebody presses the tabulator key.
    @Test
    void completesKindsAndNames() {
        assertThat(completions("get", "unitse")).contains("unitsets.underway.dev");
        assertThat(completions("get", "namespaces", "defau")).contains("default\n");
    }

    private static String completions(String... words) {
        var command = Stream.concat(Stream.of(KubectlProgram.path().toString(), "__complete"), Stream.of(words))
                .toList();
        return Program.of(command)
                .where("KUBECONFIG", kubectl.kubeconfig().toString())
                .where("HOME", home.toString())
                .run()
                .orFail()
                .output();
    }

    /// `_` stands for a blank within a word.
    private static String[] words(String command) {
        return Stream.of(command.split(" ")).map(word -> word.replace('_', ' ')).toArray(String[]::new);
    }
}
