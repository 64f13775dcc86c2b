package dev.underway.model;

import java.util.List;

/// Label selectors as Kubernetes checks them.
final class SelectorRules {
    private SelectorRules() {}

    static void check(String field, LabelSelector selector, Findings findings) {
        if (selector.matchLabels() != null) {
            selector.matchLabels().forEach((key, value) -> {
                Names.key(key).ifPresent(m -> findings.invalid(field + ".matchLabels", m));
                Names.labelValue(value).ifPresent(m -> findings.invalid(field + ".matchLabels[" + key + "]", m));
            });
        }
        var requirements = selector.matchExpressions() == null
                ? List.<LabelSelector.Requirement>of()
                : selector.matchExpressions();
        for (int i = 0; i < requirements.size(); i++) {
            requirement(field + ".matchExpressions[" + i + "]", requirements.get(i), findings);
        }
    }

    private static void requirement(String field, LabelSelector.Requirement requirement, Findings findings) {
        Names.key(requirement.key()).ifPresent(m -> findings.invalid(field + ".key", m));
        var values = requirement.values() == null ? List.<String>of() : requirement.values();
        values.forEach(value -> Names.labelValue(value).ifPresent(m -> findings.invalid(field + ".values", m)));
        switch (requirement.operator()) {
            case In, NotIn -> {
                if (values.isEmpty()) {
                    findings.required(field + ".values", "is required for " + requirement.operator());
                }
            }
            case Exists, DoesNotExist -> {
                if (!values.isEmpty()) {
                    findings.invalid(field + ".values", "must be absent for " + requirement.operator());
                }
            }
        }
    }
}
