package dev.underway.server.rollout;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Contents;
import dev.underway.model.GitSource;
import dev.underway.model.Revision;
import dev.underway.model.UnitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Which commit a revision comes from: what GitOps wrote on the UnitSet is handed on to its Revisions, and from them to
/// the hosts' Assignments.
final class Provenance {
    private static final List<String> ANNOTATIONS = List.of(GitSource.COMMIT, GitSource.AUTHOR, GitSource.FILE);

    private final @Nullable UnitSet set;
    private final List<Revision> revisions;
    private @Nullable String newest;

    /// @param set null when it is gone
    /// @param revisions that are there
    Provenance(@Nullable UnitSet set, List<Revision> revisions) {
        this.set = set;
        this.revisions = revisions;
    }

    /// Writes down where a revision comes from; who comes from nowhere says nothing.
    void write(String revision, ObjectNode body) {
        var origin = of(revision);
        if (origin.isEmpty() && body.at("/metadata/annotations").isMissingNode()) {
            return;
        }
        var annotations = body.withObject("/metadata/annotations");
        ANNOTATIONS.forEach(annotations::remove);
        origin.forEach(annotations::put);
        if (annotations.isEmpty()) {
            body.withObject("/metadata").remove("annotations");
        }
    }

    /// The newest revision comes from where the set does, an earlier one from where it did then.
    private Map<String, String> of(String revision) {
        if (set == null) {
            return Map.of();
        }
        if (revision.equals(newest(set))) {
            return chosen(set.metadata().annotations());
        }
        return revisions.stream()
                .filter(one -> revision.equals(one.metadata().name()))
                .findFirst()
                .map(one -> chosen(one.metadata().annotations()))
                .orElse(Map.of());
    }

    private String newest(UnitSet of) {
        if (newest == null) {
            newest = Contents.revisionName(of.metadata().name(), Contents.digest(Contents.of(of.spec())));
        }
        return newest;
    }

    private static Map<String, String> chosen(@Nullable Map<String, String> annotations) {
        var chosen = new TreeMap<String, String>();
        if (annotations != null) {
            ANNOTATIONS.forEach(name -> {
                var value = annotations.get(name);
                if (value != null) {
                    chosen.put(name, value);
                }
            });
        }
        return chosen;
    }
}
