package dev.underway.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/// What stands in a template for a value of its host: `${host.name}`, `${host.labels.<key>}` or `${host.facts.<fact>}`.
///
/// Only `${host.` begins a token, so `${VAR}` of units and shells and `$HOME` stay what they are. `$${host.` is a
/// literal `${host.`; whoever means a literal `$${host.` writes one more dollar.
record Token(String name) {
    static final String BEGIN = "${host.";
    private static final String ESCAPED = "$" + BEGIN;
    private static final String NAME = "name";
    private static final String LABEL = "labels.";
    static final String FACT = "facts.";

    /// What agents report of every host, and nothing else: a template of another fact could never be rendered.
    static final List<String> FACTS =
            List.of("agent", "architecture", "hostname", "ip", "kernel", "os", "osId", "osVersion", "systemd");

    /// The text with the value of every token in its place.
    ///
    /// @param malformed told of what begins as a token and does not end as one on its line; it stays in the text
    static String replaced(String text, UnaryOperator<String> values, Consumer<String> malformed) {
        var all = new StringBuilder(text.length());
        for (int at = 0; at < text.length(); ) {
            if (text.startsWith(ESCAPED, at)) {
                all.append(BEGIN);
                at += ESCAPED.length();
            } else if (text.startsWith(BEGIN, at)) {
                int end = end(text, at + BEGIN.length());
                if (end < text.length() && text.charAt(end) == '}') {
                    all.append(values.apply(text.substring(at + BEGIN.length(), end)));
                    end++;
                } else {
                    malformed.accept(text.substring(at, end));
                    all.append(text, at, end);
                }
                at = end;
            } else {
                all.append(text.charAt(at++));
            }
        }
        return all.toString();
    }

    private static int end(String text, int from) {
        int at = from;
        while (at < text.length() && "}\n\r${".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        return at;
    }

    /// The names of the well-formed tokens in order of appearance, as often as they appear.
    static List<Token> in(String text) {
        var found = new ArrayList<Token>();
        replaced(
                text,
                name -> {
                    found.add(new Token(name));
                    return "";
                },
                _ -> {});
        return found;
    }

    /// What is wrong with the name, as a sentence that says what is allowed.
    Optional<String> complaint() {
        if (name.equals(NAME) || (name.startsWith(FACT) && FACTS.contains(name.substring(FACT.length())))) {
            return Optional.empty();
        }
        if (name.startsWith(FACT)) {
            return Optional.of(text() + " is no fact of hosts; known are " + String.join(", ", FACTS));
        }
        if (name.startsWith(LABEL)) {
            return Names.key(name.substring(LABEL.length())).map(why -> text() + ": " + why);
        }
        return Optional.of(text() + " is no value of a host; write ${host.name}, ${host.labels.<key>} or"
                + " ${host.facts.<fact>}, and $" + text() + " where the text itself is meant");
    }

    /// The host's value; empty when it has none.
    Optional<String> of(String host, Map<String, String> labels, Map<String, String> facts) {
        if (name.startsWith(LABEL)) {
            return Optional.ofNullable(labels.get(name.substring(LABEL.length())));
        }
        return name.startsWith(FACT)
                ? Optional.ofNullable(facts.get(name.substring(FACT.length())))
                : Optional.of(host);
    }

    /// As it is written in a template.
    String text() {
        return BEGIN + name + "}";
    }

    /// The facts among `facts` that tokens can name.
    static Map<String, String> nameable(Map<String, String> facts) {
        return facts.entrySet().stream()
                .filter(fact -> FACTS.contains(fact.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, _) -> a, TreeMap::new));
    }
}
