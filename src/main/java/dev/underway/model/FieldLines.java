package dev.underway.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/// Finds the lines of a text of manifests at which fields stand. It reads the text once more when it is first asked, so
/// that only who has something to complain about pays for it.
public final class FieldLines {
    /// `[1]`, and `[name="web.service"]` as in the paths of server-side apply.
    private static final Pattern INDEX = Pattern.compile("\\[(\\d+)]");

    private static final Pattern ELEMENT = Pattern.compile("\\[(\\w+)=\"([^\"]*)\"[^]]*]");
    private static final Pattern ENTRY = Pattern.compile("\\[([^]]+)]");

    private final String text;
    private @Nullable List<Node> roots;

    /// @param text what [Manifests#read] has read without complaint
    public FieldLines(String text) {
        this.text = text;
    }

    /// The line (from 1) of `field`, such as `spec.units[1].content`, in the document that begins at the line
    /// `document`. When the field is not there, the line of what would hold it.
    public int find(int document, String field) {
        for (var root : roots()) {
            if (line(root) == document) {
                return find(root, field.startsWith(".") ? field.substring(1) : field, document);
            }
        }
        return document;
    }

    /// Aliases stay what they are here, references, so their number does no harm.
    private List<Node> roots() {
        var known = roots;
        if (known == null) {
            known = new ArrayList<>();
            var settings = LoadSettings.builder()
                    .setLabel("manifest")
                    .setCodePointLimit(Manifests.MAX_BYTES)
                    .setMaxAliasesForCollections(Integer.MAX_VALUE)
                    .build();
            try {
                new Compose(settings).composeAllFromString(text).forEach(known::add);
            } catch (YamlEngineException e) {
                // Those before it are found; of the others it is known where they begin.
            }
            roots = known;
        }
        return known;
    }

    private static int find(Node root, String field, int document) {
        int line = document;
        var rest = field;
        for (Node node = root; node != null && !rest.isEmpty(); ) {
            var step = step(node, rest);
            if (step == null) {
                return line;
            }
            line = step.line();
            node = step.value();
            rest = step.rest();
        }
        return line;
    }

    /// One step into a node: where it leads, the line of its name, and what is left of the path.
    private record Step(Node value, int line, String rest) {}

    private static @Nullable Step step(Node node, String path) {
        return switch (node) {
            case MappingNode mapping -> entry(mapping, path);
            case SequenceNode sequence -> element(sequence, path);
            default -> null;
        };
    }

    /// The longest key with which the path goes on: keys may have dots.
    private static @Nullable Step entry(MappingNode mapping, String path) {
        var bracket = ENTRY.matcher(path);
        NodeTuple best = null;
        String rest = "";
        int longest = -1;
        for (var tuple : mapping.getValue()) {
            var key = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
            var after = bracket.lookingAt() && bracket.group(1).equals(key)
                    ? path.substring(bracket.end())
                    : path.startsWith(key) ? path.substring(key.length()) : null;
            if (after != null && (after.isEmpty() || ".[".indexOf(after.charAt(0)) >= 0) && key.length() > longest) {
                longest = key.length();
                best = tuple;
                rest = after.startsWith(".") ? after.substring(1) : after;
            }
        }
        return best == null ? null : new Step(best.getValueNode(), line(best.getKeyNode()), rest);
    }

    private static @Nullable Step element(SequenceNode sequence, String path) {
        var index = INDEX.matcher(path);
        if (index.lookingAt()) {
            var at = Integer.parseInt(index.group(1));
            return at < sequence.getValue().size() ? step(sequence.getValue().get(at), path, index) : null;
        }
        var keyed = ELEMENT.matcher(path);
        if (keyed.lookingAt()) {
            for (var item : sequence.getValue()) {
                if (item instanceof MappingNode mapping && has(mapping, keyed.group(1), keyed.group(2))) {
                    return step(item, path, keyed);
                }
            }
        }
        return null;
    }

    private static Step step(Node item, String path, Matcher matched) {
        var rest = path.substring(matched.end());
        return new Step(item, line(item), rest.startsWith(".") ? rest.substring(1) : rest);
    }

    private static boolean has(MappingNode mapping, String key, String value) {
        return mapping.getValue().stream()
                .anyMatch(tuple -> tuple.getKeyNode() instanceof ScalarNode name
                        && name.getValue().equals(key)
                        && tuple.getValueNode() instanceof ScalarNode text
                        && text.getValue().equals(value));
    }

    private static int line(Node node) {
        return line(node.getStartMark());
    }

    private static int line(Optional<Mark> mark) {
        return mark.map(m -> m.getLine() + 1).orElse(0);
    }
}
