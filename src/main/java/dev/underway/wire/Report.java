package dev.underway.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.underway.model.Assignment;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What an agent tells the server, sent only when something changed. Conditions carry no times: the server stamps them.
///
/// `machine` identifies the machine, so that a clone with the same certificate is noticed. `facts` is null when
/// unchanged since the last report of
/// this run of the agent. `serial` is that of the desired-state document that the report answers.
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Report(
        int version,
        String machine,
        long serial,
        @Nullable Map<String, String> facts,
        List<AssignmentReport> assignments,
        List<Removed> removed) {

    public record AssignmentReport(String namespace, String unitSet, String uid, Assignment.Status status) {}

    /// A tombstone that has been carried out.
    public record Removed(String namespace, String unitSet, String uid) {}
}
