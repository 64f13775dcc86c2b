package dev.underway.server.gitops;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.GitSource;
import dev.underway.model.Kind;
import dev.underway.model.UnitSet;
import dev.underway.model.UnitSetSpec.DeletionPolicy;
import dev.underway.server.gitops.Inventory.Live;
import dev.underway.server.store.ApiWrites;
import dev.underway.server.store.Resource;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.StoreException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Carries out what a commit comes to, or tries it without writing anything.
final class Applier {
    /// What a person reads of one push; the rest is counted.
    private static final int MOST_TOLD = 50;

    private final ApiWrites api;
    private final ResourceStore store;

    Applier(ApiWrites api, ResourceStore store) {
        this.api = api;
        this.store = store;
    }

    /// Which commit a resource names, by the file that it is in.
    interface Origin {
        GitSource.Commit of(String file) throws IOException;
    }

    /// What came of trying.
    ///
    /// @param problems what the API would refuse
    /// @param told what would change, a line each
    record Trial(List<Problem> problems, List<String> told) {}

    /// Something could not be done.
    ///
    /// `isPassing` tells whether the same may be possible a little later.
    static final class Failed extends Exception {
        private static final long serialVersionUID = 1;
        private final boolean passing;

        Failed(String message, boolean passing) {
            super(message);
            this.passing = passing;
        }

        boolean isPassing() {
            return passing;
        }
    }

    /// What the API would answer to all of it. Nothing is written.
    Trial trial(SourceId source, Proposal proposal, Origin origin) throws IOException, Failed {
        var problems = new ArrayList<Problem>();
        var told = new ArrayList<String>();
        var made = proposal.changed().stream()
                .map(change -> change.manifest().key())
                .filter(key -> key.kind().equals(Kind.NAMESPACE))
                .map(Resource.Key::name)
                .collect(Collectors.toSet());
        for (var change : proposal.changed()) {
            var manifest = change.manifest();
            try {
                var applied = api.apply(
                        manifest.key(), signed(source, change, origin), source.manager(), ApiWrites.Effect.tried(made));
                if (applied.changed()) {
                    told.add(Manifest.named(manifest.key(), source.namespace()) + ": " + fate(source, change.live()));
                    applied.warnings().stream()
                            .map(warning -> warning.startsWith("forecast:") ? warning : "warning: " + warning)
                            .map("  "::concat)
                            .forEach(told::add);
                }
            } catch (ApiWrites.Refused refused) {
                if (refused.isPassing()) {
                    throw new Failed(String.valueOf(refused.getMessage()), true);
                }
                problems.addAll(problems(manifest, refused));
            }
        }
        for (var live : proposal.removed()) {
            told.add(Manifest.named(live.key(), source.namespace()) + ": is removed" + removal(live));
        }
        told.addAll(proposal.kept());
        return new Trial(problems, bounded(told));
    }

    private static String fate(SourceId source, @Nullable Live live) {
        if (live == null) {
            return "is made";
        }
        return source.toString().equals(live.owner())
                ? "changes"
                : "is adopted, "
                        + (live.owner() == null
                                ? "which was made by hand"
                                : "which was of the GitSource " + live.owner() + ", now gone");
    }

    /// What the removal means for the fleet.
    private String removal(Live live) throws Failed {
        if (!live.key().kind().equals(Kind.UNIT_SET)) {
            return "";
        }
        try {
            var set = store.get(live.key()).map(resource -> resource.as(UnitSet.class));
            int hosts = set.map(UnitSet::status).map(UnitSet.Status::hosts).orElse(0);
            var where = hosts == 1 ? "1 host" : hosts + " hosts";
            return set.isEmpty() || hosts == 0
                    ? ""
                    : set.get().spec().deletionPolicy() == DeletionPolicy.Orphan
                            ? "; its units and files stay on " + where
                            : " from " + where + ", with its units and files";
        } catch (StoreException e) {
            throw new Failed(String.valueOf(e.getMessage()), true);
        }
    }

    private static List<String> bounded(List<String> lines) {
        if (lines.size() <= MOST_TOLD) {
            return lines;
        }
        var some = new ArrayList<>(lines.subList(0, MOST_TOLD));
        some.add("… and " + (lines.size() - MOST_TOLD) + " more lines");
        return some;
    }

    private static List<Problem> problems(Manifest manifest, ApiWrites.Refused refused) {
        if (refused.errors().isEmpty()) {
            return List.of(new Problem(manifest.file(), manifest.line(), "", String.valueOf(refused.getMessage())));
        }
        return refused.errors().stream()
                .map(error -> new Problem(manifest.file(), manifest.line(), error.field(), error.message()))
                .toList();
    }

    /// Applies and removes all of it, in order. What was done stays done when it fails in the middle; the same again
    /// goes on from there.
    ///
    /// @param written is told of what was written, and how it is now
    void apply(SourceId source, Proposal proposal, Origin origin, BiConsumer<Resource.Key, Live> written)
            throws IOException, Failed {
        for (var change : proposal.changed()) {
            var manifest = change.manifest();
            try {
                var applied = api.apply(
                        manifest.key(), signed(source, change, origin), source.manager(), ApiWrites.Effect.WRITTEN);
                written.accept(
                        manifest.key(),
                        Inventory.live(manifest.key(), applied.resource().body()));
            } catch (ApiWrites.Refused refused) {
                throw new Failed(
                        manifest.file() + ": " + Manifest.named(manifest.key(), source.namespace()) + ": "
                                + refused.getMessage(),
                        refused.isPassing());
            }
        }
        for (var live : proposal.removed()) {
            try {
                api.delete(live.key(), live.uid());
            } catch (ApiWrites.Refused refused) {
                throw new Failed(
                        Manifest.named(live.key(), source.namespace()) + " cannot be removed: " + refused.getMessage(),
                        refused.isPassing());
            }
        }
    }

    /// Which of the suspects differ from what is applied.
    List<String> drifted(SourceId source, Proposal proposal, Origin origin) throws IOException, Failed {
        var drifted = new ArrayList<String>();
        for (var change : proposal.changed()) {
            var manifest = change.manifest();
            try {
                var object = signed(source, change, origin);
                var applied = api.apply(manifest.key(), object, source.manager(), ApiWrites.Effect.tried(Set.of()));
                if (applied.changed()) {
                    drifted.add(Manifest.named(manifest.key(), source.namespace()));
                }
            } catch (ApiWrites.Refused refused) {
                throw new Failed(String.valueOf(refused.getMessage()), refused.isPassing());
            }
        }
        return drifted;
    }

    /// With the annotations that say where it comes from.
    private static ObjectNode signed(SourceId source, Proposal.Change change, Origin origin) throws IOException {
        var manifest = change.manifest();
        ObjectNode object = manifest.object().deepCopy();
        var annotations = object.withObject("/metadata/annotations")
                .put(GitSource.OWNER, source.toString())
                .put(GitSource.FILE, manifest.file());
        var live = change.live();
        if (live != null && change.untouched()) {
            annotations.put(GitSource.COMMIT, live.commit()).put(GitSource.AUTHOR, live.author());
        } else {
            var commit = origin.of(manifest.file());
            annotations.put(GitSource.COMMIT, commit.id()).put(GitSource.AUTHOR, commit.author());
        }
        return object;
    }
}
