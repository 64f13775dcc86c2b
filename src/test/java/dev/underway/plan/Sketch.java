package dev.underway.plan;

import dev.underway.model.Digests;
import dev.underway.model.Durations;
import dev.underway.model.Policy;
import dev.underway.model.Policy.UnitPolicy;
import dev.underway.model.Revision;
import dev.underway.model.UnitSetSpec.Artifact;
import dev.underway.model.UnitSetSpec.DriftPolicy;
import dev.underway.model.UnitSetSpec.ManagedFile;
import dev.underway.model.UnitSetSpec.UnitState;
import dev.underway.model.UnitSetSpec.UpdateMode;
import dev.underway.plan.Desired.DesiredSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A UnitSet in one line, for tables. Words are separated by spaces:
///
/// * `web.service[ExecStart=/bin/web;Restart=always]`: a unit with its directives; the section follows from them
/// * `nginx.service`: a unit of the host; `nginx.service+10-a.conf[LimitNOFILE=9]`: with a drop-in
/// * `web.service{update=Defer,state=Stopped,reloadOn=/etc/web/*}[…]`: with policy
/// * `/etc/web/app.yaml=1`: a file with its content; `/etc/web/app.yaml(0640,web)=1`: with mode and owner
/// * `/opt/web<-1`: an artifact
/// * `drift=Report`, `restartedAt=2026-01-01T00:00:00Z`
final class Sketch {
    private static final Pattern UNIT = Pattern.compile(
            "(?<name>[^{}\\[\\]+]+)(\\{(?<policy>[^}]*)})?(\\[(?<text>[^\\]]*)])?(\\+(?<dropIn>[^\\[]+)\\[(?<dropInText>[^\\]]*)])?");
    private static final Pattern FILE =
            Pattern.compile("(?<path>/[^=(<]*)(\\((?<mode>\\d+)(,(?<owner>\\w+))?\\))?(?<how>=|<-)(?<content>.*)");
    private static final List<String> UNIT_SECTION =
            List.of("Description", "After", "Before", "Requires", "Wants", "X-Note");
    private static final List<String> INSTALL_SECTION =
            List.of("WantedBy", "RequiredBy", "UpheldBy", "Alias", "DefaultInstance");

    private Sketch() {}

    static SetId id(String name) {
        return new SetId("shop", name);
    }

    /// A set named `web`.
    static DesiredSet set(String sketch) {
        return set("web", 1, sketch);
    }

    /// Of two sets the one with the smaller `age` is older.
    static DesiredSet set(String name, int age, String sketch) {
        var files = new ArrayList<ManagedFile>();
        var artifacts = new ArrayList<Artifact>();
        var units = new ArrayList<Revision.UnitText>();
        var policies = new ArrayList<UnitPolicy>();
        var adopted = new ArrayList<String>();
        DriftPolicy drift = null;
        Instant restartedAt = null;
        for (String word : sketch.strip().split("\\s+")) {
            if (word.startsWith("/")) {
                path(word, files, artifacts, adopted);
            } else if (word.startsWith("drift=")) {
                drift = DriftPolicy.valueOf(word.substring("drift=".length()));
            } else if (word.startsWith("restartedAt=")) {
                restartedAt = Instant.parse(word.substring("restartedAt=".length()));
            } else if (!word.isEmpty()) {
                unit(word, units, policies);
            }
        }
        return new DesiredSet(
                id(name),
                "uid-" + name,
                Instant.EPOCH.plusSeconds(age),
                name + "-1",
                Digests.sha256(sketch),
                new Revision.Content(artifacts, files, units),
                new Policy(policies, adopted, drift, restartedAt, null));
    }

    private static void path(String word, List<ManagedFile> files, List<Artifact> artifacts, List<String> adopted) {
        var m = FILE.matcher(word);
        if (!m.matches()) {
            throw new IllegalArgumentException(word);
        }
        String content = m.group("content");
        if (m.group("how").equals("<-")) {
            artifacts.add(new Artifact(content, "https://a/" + content, artifact(content), m.group("path")));
            return;
        }
        if (content.startsWith("!")) {
            adopted.add(m.group("path"));
        }
        files.add(new ManagedFile(
                m.group("path"), m.group("mode"), m.group("owner"), null, content.replace("!", ""), null, null));
    }

    /// The sha256 of the artifact sketched as `<-word`.
    static String artifact(String word) {
        return Digests.sha256("artifact " + word);
    }

    private static void unit(String word, List<Revision.UnitText> units, List<UnitPolicy> policies) {
        var m = UNIT.matcher(word);
        if (!m.matches()) {
            throw new IllegalArgumentException(word);
        }
        String name = m.group("name");
        String type = name.substring(name.lastIndexOf('.') + 1);
        Map<String, String> dropIns =
                m.group("dropIn") == null ? Map.of() : Map.of(m.group("dropIn"), text(type, m.group("dropInText")));
        units.add(new Revision.UnitText(name, m.group("text") == null ? null : text(type, m.group("text")), dropIns));
        if (m.group("policy") != null) {
            policies.add(policy(name, m.group("policy")));
        }
    }

    private static UnitPolicy policy(String name, String text) {
        var words = new TreeMap<String, String>();
        for (String pair : text.split(",")) {
            words.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
        }
        return new UnitPolicy(
                name,
                words.containsKey("update") ? UpdateMode.valueOf(words.get("update")) : null,
                words.containsKey("state") ? UnitState.valueOf(words.get("state")) : null,
                patterns(words.get("reloadOn")),
                patterns(words.get("restartOn")),
                null,
                words.containsKey("adopt") ? Boolean.TRUE : null,
                words.containsKey("drain") ? Durations.parse(words.get("drain")) : null);
    }

    private static @Nullable List<String> patterns(@Nullable String text) {
        return text == null ? null : List.of(text.split("&"));
    }

    /// A unit text of `Key=value;Key=value`; an underscore is a space.
    static String text(String type, String directives) {
        var sections = new TreeMap<String, StringBuilder>();
        Arrays.stream(directives.split(";")).filter(d -> !d.isEmpty()).forEach(directive -> {
            String key = directive.substring(0, directive.indexOf('='));
            String section = UNIT_SECTION.contains(key)
                    ? "Unit"
                    : INSTALL_SECTION.contains(key)
                            ? "Install"
                            : type.substring(0, 1).toUpperCase(Locale.ROOT) + type.substring(1);
            sections.computeIfAbsent(section, _ -> new StringBuilder())
                    .append(directive.replace('_', ' '))
                    .append('\n');
        });
        var text = new StringBuilder();
        sections.forEach((section, lines) ->
                text.append('[').append(section).append("]\n").append(lines));
        return text.toString();
    }
}
