package dev.underway.server.api;

import dev.underway.model.Kind;
import dev.underway.server.store.Fields;
import dev.underway.server.store.Selection;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads `labelSelector` and `fieldSelector` parameters.
///
/// Labels: `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a`, `!a`, `a>1`, `a<1`, joined by commas. Like in
/// Kubernetes `!=` and `notin` also pick what has no such label. Fields: `=`, `==` and `!=` only.
final class Selectors {
    private static final int MAX_LENGTH = 16 * 1024;
    private static final String KEY =
            "(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?";
    private static final String VALUE = "(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?";
    private static final Pattern REQUIREMENT = Pattern.compile("\\s*(?:!\\s*(?<absent>" + KEY + ")"
            + "|(?<setKey>" + KEY + ")\\s+(?<setOp>in|notin)\\s*\\((?<set>[^()]*)\\)"
            + "|(?<key>" + KEY + ")\\s*(?<op>==|=|!=|>|<)\\s*(?<value>[^,\\s]*)"
            + "|(?<present>" + KEY + "))\\s*(?:,|$)");
    private static final Pattern LABEL_VALUE = Pattern.compile(VALUE);

    private Selectors() {}

    /// What a list or watch of `kind` in `namespace` asks for.
    static Selection selection(Kind kind, String namespace, Request request) {
        return new Selection(
                namespace,
                labels(request.parameter("labelSelector")),
                fields(kind, request.parameter("fieldSelector")));
    }

    static Predicate<Map<String, String>> labels(@Nullable String selector) {
        if (selector == null || selector.isBlank()) {
            return Selection.ANY;
        }
        bounded(selector);
        List<Predicate<Map<String, String>>> all = new ArrayList<>();
        var matcher = REQUIREMENT.matcher(selector);
        int at = 0;
        while (at < selector.length()) {
            if (!matcher.region(at, selector.length()).lookingAt()) {
                throw Refusal.badRequest("unable to parse requirement: \"" + selector.substring(at)
                        + "\" is not a label selector such as role=web,zone in (a,b),!canary");
            }
            all.add(requirement(matcher));
            at = matcher.end();
        }
        return labels -> all.stream().allMatch(r -> r.test(labels));
    }

    private static Predicate<Map<String, String>> requirement(Matcher matcher) {
        var absent = matcher.group("absent");
        if (absent != null) {
            return labels -> !labels.containsKey(absent);
        }
        var present = matcher.group("present");
        if (present != null) {
            return labels -> labels.containsKey(present);
        }
        var setKey = matcher.group("setKey");
        if (setKey != null) {
            var values = values(matcher.group("set"));
            return matcher.group("setOp").equals("in")
                    ? labels -> labels.containsKey(setKey) && values.contains(labels.get(setKey))
                    : labels -> !labels.containsKey(setKey) || !values.contains(labels.get(setKey));
        }
        var key = matcher.group("key");
        var value = labelValue(matcher.group("value"));
        return switch (matcher.group("op")) {
            case "!=" -> labels -> !value.equals(labels.get(key));
            case ">" -> compare(key, value, 1);
            case "<" -> compare(key, value, -1);
            default -> labels -> value.equals(labels.get(key));
        };
    }

    private static Predicate<Map<String, String>> compare(String key, String bound, int sign) {
        var number = wholeNumber(bound);
        if (number == null) {
            throw Refusal.badRequest(
                    "unable to parse requirement: for < and >, the value \"" + bound + "\" must be a whole number");
        }
        return labels -> {
            var value = wholeNumber(labels.getOrDefault(key, ""));
            return value != null && Integer.signum(Long.compare(value, number)) == sign;
        };
    }

    private static @Nullable Long wholeNumber(String text) {
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException _) {
            return null;
        }
    }

    private static Set<String> values(String list) {
        var values = new HashSet<String>();
        for (var value : list.split(",", -1)) {
            values.add(labelValue(value.strip()));
        }
        return values;
    }

    private static String labelValue(String value) {
        if (!LABEL_VALUE.matcher(value).matches()) {
            throw Refusal.badRequest("unable to parse requirement: \"" + value + "\" is not a label value");
        }
        return value;
    }

    static Predicate<Map<String, String>> fields(Kind kind, @Nullable String selector) {
        if (selector == null || selector.isBlank()) {
            return Selection.ANY;
        }
        bounded(selector);
        List<Predicate<Map<String, String>>> all = new ArrayList<>();
        for (var term : selector.split("(?<!\\\\),")) {
            if (term.isBlank()) {
                continue;
            }
            var negative = term.contains("!=");
            var operator = negative ? "!=" : term.contains("==") ? "==" : "=";
            var at = term.indexOf(operator);
            if (at < 0) {
                throw Refusal.badRequest("invalid selector: \"" + term + "\"; can only be NAME=VALUE or NAME!=VALUE");
            }
            var field = term.substring(0, at).strip();
            if (!field.equals("metadata.name")
                    && !field.equals("metadata.namespace")
                    && !Fields.of(kind).contains(field)) {
                throw Refusal.badRequest("field label not supported: " + field);
            }
            var value = term.substring(at + operator.length()).strip().replaceAll("\\\\([,=\\\\])", "$1");
            all.add(fields -> value.equals(fields.get(field)) != negative);
        }
        return fields -> all.stream().allMatch(r -> r.test(fields));
    }

    private static void bounded(String selector) {
        if (selector.length() > MAX_LENGTH) {
            throw Refusal.badRequest("a selector may have at most " + MAX_LENGTH + " characters");
        }
    }
}
