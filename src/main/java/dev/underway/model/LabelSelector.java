package dev.underway.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.underway.model.schema.Atomic;
import dev.underway.model.schema.Describe;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Picks resources by their labels; all requirements must hold, an empty selector picks everything.
@JsonInclude(JsonInclude.Include.NON_NULL)
@Atomic
@Describe("Picks hosts by their labels. All requirements must hold; {} picks every host.")
public record LabelSelector(
        @Describe("Labels that must have exactly these values.") @Nullable
        Map<String, String> matchLabels,

        @Describe("Further requirements on labels.") @Nullable
        List<Requirement> matchExpressions) {

    /// One requirement on the label `key`.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Requirement(
            @Describe("The label's key.") String key,
            @Describe("In, NotIn, Exists or DoesNotExist.") Operator operator,

            @Describe("The values of In and NotIn; empty for the others.") @Nullable
            List<String> values) {}

    /// The operators of a requirement, spelled as Kubernetes does.
    public enum Operator {
        In,
        NotIn,
        Exists,
        DoesNotExist
    }

    /// Whether `labels` satisfy every requirement. As in Kubernetes, NotIn also holds when the label is absent.
    public boolean matches(Map<String, String> labels) {
        if (matchLabels != null
                && !matchLabels.entrySet().stream().allMatch(e -> e.getValue().equals(labels.get(e.getKey())))) {
            return false;
        }
        return matchExpressions == null || matchExpressions.stream().allMatch(r -> holds(r, labels));
    }

    private static boolean holds(Requirement requirement, Map<String, String> labels) {
        var value = labels.get(requirement.key());
        var values = requirement.values() == null ? List.<String>of() : requirement.values();
        return switch (requirement.operator()) {
            case In -> value != null && values.contains(value);
            case NotIn -> value == null || !values.contains(value);
            case Exists -> value != null;
            case DoesNotExist -> value == null;
        };
    }
}
