package dev.underway.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.schema.Schema;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValidationTest {
    private static final String SHA = "0a".repeat(32);

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
        # path                         | what the message says
        etc/x                          | is not absolute; begin it with /
        /etc/../root/x                 | has a part ..; write the path that it leads to
        /etc/./x                       | has a part .; write the path that it leads to
        /etc//x                        | has an empty part
        /etc/x/                        | ends in a slash
        /                              | is the root of the file system
        "/etc/a\\nb"                   | has a control character
        /proc/sys/x                    | belongs to the kernel
        /sys                           | belongs to the kernel
        /dev/shm/x                     | belongs to the kernel
        /run/systemd/system/a.service  | belongs to systemd
        /etc/systemd/system/a.service  | put the unit or its drop-in into spec.units
        /etc/systemd/system/a.service.d/x.conf | put the unit or its drop-in into spec.units
        /usr/lib/systemd/system/a.service | put the unit into spec.units
        /etc/underway/agent.yaml       | never written from here
        /var/lib/underway/x            | never written from here
        /tmp/x                         | is writable by everybody
        """)
    void refusesPaths(String path, String message) throws Exception {
        var errors = check("selector: {}\nfiles: [{path: " + path + ", content: x}]\n");

        assertThat(errors).singleElement().satisfies(error -> {
            assertThat(error.field()).isEqualTo("spec.files[0].path");
            assertThat(error.message()).contains(message);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/etc/x",
                "/opt/web/..x",
                "/process",
                "/etc/systemd/journald.conf.d/x.conf",
                "/etc/systemd/systemx",
                "/run/web.conf",
                "/srv/ä b",
                "/devices"
            })
    void acceptsPaths(String path) throws Exception {
        assertThat(check("selector: {}\nfiles: [{path: " + path + ", content: x}]\n"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
        # file                                                        | field                     | what the message says
        content: "${host.nme}", template: true                        | spec.files[0].content     | ${host.nme} is no value of a host; write ${host.name}, ${host.labels.<key>} or
        content: "${host.}", template: true                           | spec.files[0].content     | ${host.} is no value of a host
        content: "${host.labels.}", template: true                    | spec.files[0].content     | ${host.labels.}: the key "" must be a word
        content: "${host.labels.a b}", template: true                 | spec.files[0].content     | ${host.labels.a b}: the key
        content: "${host.facts.color}", template: true                | spec.files[0].content     | ${host.facts.color} is no fact of hosts; known are agent, architecture
        content: "${host.name", template: true                        | spec.files[0].content     | "${host.name" has no closing brace on its line
        content: "${host.labels.${host.name}}", template: true        | spec.files[0].content     | "${host.labels." has no closing brace
        contentBase64: eA==, template: true                           | spec.files[0].template    | works on content only
        """)
    void refusesTemplates(String file, String field, String message) throws Exception {
        var errors = check("selector: {}\nfiles: [{path: /a, " + file + "}]\n");

        assertThat(errors).singleElement().satisfies(error -> {
            assertThat(error.field()).isEqualTo(field);
            assertThat(error.message()).contains(message);
        });
    }

    @Test
    void checksTheTextsOfTemplatesWithSomethingInThePlaceOfValues() throws Exception {
        var unit = """
            selector: {}
            units:
            - name: web.service
              template: true
              content: |
                [Service]
                ExecStart=%s
                User=${host.labels.user}
              dropIns: {a.conf: "[Service]\\nGroup=${host.nme}\\n"}
            """;

        assertThat(check(unit.formatted("/opt/${host.name}/run ${PORT}").replace("nme", "name")))
                .isEmpty();
        assertThat(check(unit.formatted("${host.name}/run")))
                .extracting(FieldError::field)
                .containsExactly("spec.units[0].dropIns[a.conf]", "spec.units[0].content");
    }

    @Test
    void refusesMoreValuesThanARevisionCanGrowBy() throws Exception {
        var tokens = "files: [{path: /a, template: true, content: \"" + "${host.name}".repeat(1001) + "\"}]\n";

        assertThat(check("selector: {}\n" + tokens))
                .singleElement()
                .satisfies(error -> assertThat(error.message()).contains("at most 1000"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
        # spec                                                     | field                          | what the message says
        files: [{path: /a}]                                        | spec.files[0].content          | an empty file is written as content: ""
        files: [{path: /a, content: x, contentBase64: eA==}]       | spec.files[0].contentBase64    | keep one of them
        files: [{path: /a, contentBase64: "e A"}]                  | spec.files[0].contentBase64    | write it on one line
        files: [{path: /a, content: x, owner: "0:0"}]              | spec.files[0].owner            | is not the name of a user or group
        files: [{path: /a, content: x}, {path: /a/b, content: x}]  | spec.files[1].path             | is inside /a, which is the file /a
        files: [{path: /o/w/b, content: x}]\\nartifacts: [{name: w, url: https://h/x, sha256: SHA, path: /o/w}] | spec.files[0].path | is inside /o/w, which is the artifact w
        files: [{path: /o/w, content: x}]\\nartifacts: [{name: w, url: https://h/x, sha256: SHA, path: /o/w}] | spec.files[0].path | belongs to the artifact w already
        artifacts: [{name: a, url: https://h/x, sha256: SHA, path: /o}, {name: b, url: https://h/x, sha256: SHA, path: /o}] | spec.artifacts[1].path | belongs to the artifact a already
        artifacts: [{name: w, url: ftp://h/x, sha256: SHA, path: /o}] | spec.artifacts[0].url       | use https, http or file
        artifacts: [{name: w, url: h/x, sha256: SHA, path: /o}]    | spec.artifacts[0].url          | has no scheme
        artifacts: [{name: w, url: "https://h/a b", sha256: SHA, path: /o}] | spec.artifacts[0].url | is not a URL
        artifacts: [{name: w, url: "https:///x", sha256: SHA, path: /o}] | spec.artifacts[0].url    | names no host
        artifacts: [{name: w, url: "file://h/x", sha256: SHA, path: /o}] | spec.artifacts[0].url    | absolute path of the host
        artifacts: [{name: w, url: "file:///../x", sha256: SHA, path: /o}] | spec.artifacts[0].url  | absolute path of the host
        artifacts: [{name: w, url: "https://u:p@h/x", sha256: SHA, path: /o}] | spec.artifacts[0].url | holds a user name or password
        units: [{name: web, state: Running}]                       | spec.units[0].name             | such as web.service
        units: [{name: a/b.service, state: Running}]               | spec.units[0].name             | such as web.service
        units: [{name: a.scope, state: Running}]                   | spec.units[0].name             | reads no unit file for a scope
        units: [{name: a.service, content: " "}]                   | spec.units[0].content          | leave content out for a unit of the host
        units: [{name: a@.service}]                                | spec.units[0].content          | list an instance such as a@1.service
        units: [{name: a.service, dropIns: {x: "[Service]\\nUser=a"}}] | spec.units[0].dropIns[x]  | must end in .conf
        units: [{name: a.service, dropIns: {a/b.conf: ""}}]        | spec.units[0].dropIns[a/b.conf] | without a slash
        units: [{name: a.service, dropIns: {a.conf: "User=a"}}]    | spec.units[0].dropIns[a.conf]  | line 1: User= stands before the first section
        units: [{name: a.service, reloadOn: [etc/*]}]              | spec.units[0].reloadOn[0]      | is not absolute
        units: [{name: a.service, restartOn: [/a/../*]}]           | spec.units[0].restartOn[0]     | has a part ..
        units: [{name: a.service, reloadOn: [/a], restartOn: [/a]}] | spec.units[0].reloadOn[0]     | keep one of them
        units: [{name: a.socket, state: Running, update: Swap}]    | spec.units[0].update           | for services only
        units: [{name: a.service, drain: 5s}]                      | spec.units[0].drain            | is for a socket with Accept=yes
        units: [{name: a.socket, content: "[Socket]\\nListenStream=1", drain: 5s}, {name: a.service, content: "[Service]\\nExecStart=/a"}] | spec.units[0].drain | is for a socket with Accept=yes
        units: [{name: a.service, readiness: {http: {port: 1}, tcp: {port: 1}}}] | spec.units[0].readiness | has 2 probes; keep one of http, tcp and exec
        units: [{name: a.service, readiness: {http: {port: 1, path: x}}}] | spec.units[0].readiness.http.path | must begin with /
        units: [{name: a.service, readiness: {exec: {command: []}}}] | spec.units[0].readiness.exec.command | is empty
        units: [{name: a.service, readiness: {exec: {command: [x]}}}] | spec.units[0].readiness.exec.command[0] | is not absolute
        units: [{name: a.service, readiness: {minHealthyTime: 2m}}] | spec.units[0].readiness.minHealthyTime | must be shorter than the deadline 1m
        units: [{name: a.service, readiness: {deadline: 1s}}]      | spec.units[0].readiness.deadline | minHealthyTime 2s must be shorter
        rollout: {maxUnavailable: 0%}                              | spec.rollout.maxUnavailable    | would never change a host
        rollout: {waves: [{name: a, selector: {}}, {name: a, selector: {}}]} | spec.rollout.waves[1].name | names an earlier wave
        rollout: {waves: [{name: A, selector: {}}]}                | spec.rollout.waves[0].name     | lower case letters
        rollout: {waves: [{name: a, selector: {}, minHosts: 2, maxHosts: 1}]} | spec.rollout.waves[0].minHosts | can never be reached
        rollout: {healthyDeadline: 5m, progressDeadline: 1m}       | spec.rollout.progressDeadline  | must not be shorter
        pin: {revision: other-0123456789}                          | spec.pin.revision              | is no revision of this set
        """)
    void refusesAndSaysWhatToWrite(String spec, String field, String message) throws Exception {
        var errors = check(
                "selector: {}\n" + spec.replace("\\nartifacts", "\nartifacts").replace("SHA", SHA) + "\n");

        assertThat(errors).singleElement().satisfies(error -> {
            assertThat(error.field()).isEqualTo(field);
            assertThat(error.message()).contains(message);
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = UnitTexts.REFUSED + UnitTexts.REFUSED_LINKS)
    void refusesWhatSystemdWouldNotLoad(String unit, String text, String message) throws Exception {
        var errors = check(unit(unit, text.replace("\\n", "\n")));

        assertThat(errors).singleElement().satisfies(error -> {
            assertThat(error.field()).isEqualTo("spec.units[0].content");
            assertThat(error.message()).contains(message);
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = UnitTexts.ACCEPTED)
    void acceptsWhatSystemdLoads(String unit, String text) throws Exception {
        assertThat(check(unit(unit, text.replace("\\n", "\n")))).isEmpty();
    }

    @Test
    void namesTheDropInThatIsWrong() throws Exception {
        var errors = check("""
            selector: {}
            units:
            - name: a.service
              content: "[Service]\\nExecStart=/a"
              dropIns: {b.conf: "[Service]\\nUser=x\\n[Sevice]\\nUser=y"}
            """);

        assertThat(errors)
                .extracting(FieldError::field, FieldError::message)
                .containsExactly(tuple(
                        "spec.units[0].dropIns[b.conf]",
                        "line 4: systemd ignores the section [Sevice] in a service; write one of [Unit], [Install],"
                                + " [Service], or begin its name with X-"));
    }

    @Test
    void refusesASecondNameOfAServiceBehindASocket() throws Exception {
        var errors = check("""
            selector: {}
            units:
            - {name: a.socket, content: "[Socket]\\nListenStream=1\\n[Install]\\nAlso=a.service"}
            - {name: a.service, content: "[Service]\\nExecStart=/a\\n[Install]\\nAlias=b.service"}
            """);

        assertThat(errors).extracting(FieldError::field).containsExactly("spec.units[1].content");
    }

    @Test
    void acceptsAnInstanceOfATemplateOfTheSet() throws Exception {
        assertThat(check("""
            selector: {}
            units:
            - {name: a@.service, content: "[Service]\\nExecStart=/a %i"}
            - {name: a@1.service}
            """)).isEmpty();
    }

    @Test
    void saysTheLimitOfAllContentTogether() throws Exception {
        var half = "x".repeat(Validation.MAX_CONTENT_BYTES / 2);

        var errors = check("selector: {}\nfiles: [{path: /a, content: " + half + "}, {path: /b, content: " + half
                + "}, {path: /c, content: y}]\n");

        assertThat(errors)
                .containsExactly(new FieldError(
                        "spec",
                        "FieldValueTooLong",
                        "contents and unit texts have 1048577 bytes together; at most 1048576 are allowed; move large"
                                + " ones into an artifact"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # kind      | name                 | good
        UnitSet     | web-1                | true
        UnitSet     | web.a                | false
        UnitSet     | Web                  | false
        UnitSet     | -web                 | false
        Namespace   | shop                 | true
        Namespace   | shop.a               | false
        Event       | web.17f              | true
        Event       | we_b                 | false
        """)
    void checksNames(String kind, String name, boolean good) {
        assertThat(Validation.check(kind(kind), named(kind, name)).isEmpty()).isEqualTo(good);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # namespace | of the object | good
        shop        | shop          | true
        shop        | other         | false
        default     | ''            | true
        shop        | ''            | false
        """)
    void anEventLiesWhereItsObjectLies(String namespace, String ofObject, boolean good) {
        var event = named("Event", "web.17f");
        event.withObject("/metadata").put("namespace", namespace);
        event.withObject("/involvedObject").put("namespace", ofObject);

        assertThat(Validation.check(Kind.EVENT, event).isEmpty()).isEqualTo(good);
    }

    @Test
    void boundsNames() {
        assertThat(Validation.check(Kind.UNIT_SET, named("UnitSet", "a".repeat(63))))
                .isEmpty();
        assertThat(Validation.check(Kind.UNIT_SET, named("UnitSet", "a".repeat(64))))
                .hasSize(1);
        assertThat(Validation.check(Kind.HOST, named("Host", "a".repeat(63) + "." + "b".repeat(63))))
                .isEmpty();
        assertThat(Validation.check(Kind.HOST, named("Host", ("a".repeat(63) + ".").repeat(3) + "b")))
                .hasSize(1);
    }

    @Test
    void takesAPrefixInsteadOfAName() {
        var set = named("UnitSet", "");
        set.withObject("/metadata").remove("name");
        assertThat(Validation.check(Kind.UNIT_SET, set))
                .extracting(FieldError::field)
                .containsExactly("metadata.name");

        set.withObject("/metadata").put("generateName", "web-");
        assertThat(Validation.check(Kind.UNIT_SET, set)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "role, web, true",
        "example.com/role, '', true",
        "role, a b, false",
        "Example.com/role, web, false",
        "/role, web, false",
        "a/b/c, web, false",
        "-role, web, false",
    })
    void checksLabelsAndSelectors(String key, String value, boolean good) {
        var set = named("UnitSet", "web");
        set.withObject("/metadata").putObject("labels").put(key, value);
        assertThat(Validation.check(Kind.UNIT_SET, set).isEmpty()).isEqualTo(good);

        var selecting = named("UnitSet", "web");
        selecting.withObject("/spec/selector").putObject("matchLabels").put(key, value);
        assertThat(Validation.check(Kind.UNIT_SET, selecting).isEmpty()).isEqualTo(good);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # spec                                                                  | warning
        units: [{name: a.service, content: "[Service]\\nExecStart=/a\\nType=exec"}] | a.service: has no Restart= and stays down after a crash; add Restart=on-failure
        units: [{name: a.service, content: "[Service]\\nExecStart=/a\\nRestart=always"}] | a.service: Type=simple counts as started before its program runs; use Type=notify, or Type=exec, which at least notices a missing program
        units: [{name: a.service, content: "[Service]\\nExecStart=/a\\nRestart=always\\nType=forking"}] | a.service: Type=forking can never be swapped; run the program in the foreground with Type=exec
        units: [{name: a.service, update: Reload, content: "[Service]\\nExecStart=/a\\nRestart=always\\nType=exec"}] | a.service: is asked to reload but cannot; add ExecReload=, such as /bin/kill -HUP $MAINPID, or use restartOn
        units: [{name: a.service}]                                              | a.service: has no content, drop-in, state, reloadOn or restartOn: it is only watched
        units: [{name: a.service, restartOn: [/a]}]                             | a.service: /a is no file or artifact of this set, so it never changes from here; add it to spec.files
        artifacts: [{name: w, url: http://h/x, sha256: SHA, path: /o}]          | artifact w: is fetched over http: everybody on the way can read it; use https
        """)
    void warnsOfWhatIsProbablyNotMeant(String spec, String warning) throws Exception {
        var set = manifest("selector: {}\n" + spec.replace("SHA", SHA) + "\n");

        assertThat(Validation.check(Kind.UNIT_SET, set)).isEmpty();
        assertThat(Validation.warnings(Kind.UNIT_SET, set)).containsExactly(warning);
    }

    private static String unit(String name, String text) {
        return "selector: {}\nunits:\n- name: " + name + "\n  content: |\n" + text.indent(4);
    }

    private static List<FieldError> check(String spec) throws Exception {
        return Validation.check(Kind.UNIT_SET, manifest(spec));
    }

    private static ObjectNode manifest(String spec) throws Exception {
        var head = "apiVersion: underway.dev/v1alpha1\nkind: UnitSet\nmetadata: {name: web}\nspec:\n";
        var tree = Manifests.read(head + spec.indent(2)).getFirst().body();
        assertThat(Schema.of(Kind.UNIT_SET).check(tree)).isEmpty();
        assertThat(Schema.of(Kind.UNIT_SET).unknownFields(tree)).isEmpty();
        return tree;
    }

    private static Kind kind(String name) {
        return Kind.ALL.stream().filter(k -> k.name().equals(name)).findFirst().orElseThrow();
    }

    private static ObjectNode named(String kind, String name) {
        var object = Codec.JSON.createObjectNode().put("kind", kind);
        object.putObject("metadata").put("name", name);
        if (kind.equals("UnitSet")) {
            object.putObject("spec").putObject("selector");
        } else if (kind.equals("Event")) {
            object.withObject("/metadata").put("namespace", "default");
            object.putObject("involvedObject");
        }
        return object;
    }
}
