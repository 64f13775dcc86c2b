package dev.underway.model;

import java.util.Map;

/// Items that say `template: true`: every token must be one that hosts can have a value for. Whether a host has it is
/// told host by host when it is its turn.
final class TemplateRules {
    /// Most tokens of one set, so that values cannot make a content much longer than the limit on it says.
    static final int MOST_TOKENS = 1000;

    private TemplateRules() {}

    static void check(UnitSetSpec spec, Findings findings) {
        int tokens = 0;
        int index = 0;
        for (var file : spec.filesOrEmpty()) {
            var field = "spec.files[" + index++ + "]";
            if (file.isTemplate() && file.contentBase64() != null) {
                findings.invalid(field + ".template", "works on content only; write content, or remove template");
            }
            if (file.isTemplate() && file.content() != null) {
                tokens += text(field + ".content", file.content(), findings);
            }
        }
        index = 0;
        for (var unit : spec.unitsOrEmpty()) {
            var field = "spec.units[" + index++ + "]";
            if (!Boolean.TRUE.equals(unit.template())) {
                continue;
            }
            if (unit.content() != null) {
                tokens += text(field + ".content", unit.content(), findings);
            }
            var dropIns = unit.dropIns() == null ? Map.<String, String>of() : unit.dropIns();
            for (var dropIn : dropIns.entrySet()) {
                tokens += text(field + ".dropIns[" + dropIn.getKey() + "]", dropIn.getValue(), findings);
            }
        }
        if (tokens > MOST_TOKENS) {
            findings.invalid(
                    "spec",
                    "has " + tokens + " values of hosts in its templates; at most " + MOST_TOKENS + " are allowed");
        }
    }

    /// How many tokens there are.
    private static int text(String field, String text, Findings findings) {
        Token.replaced(
                text,
                _ -> "",
                malformed -> findings.invalid(
                        field,
                        Names.quoted(malformed) + " has no closing brace on its line; write ${host.name},"
                                + " ${host.labels.<key>} or ${host.facts.<fact>}, and $${host. where the text itself"
                                + " is meant"));
        var tokens = Token.in(text);
        tokens.stream().distinct().forEach(token -> token.complaint().ifPresent(why -> findings.invalid(field, why)));
        return tokens.size();
    }
}
