package dev.underway.server.gitops;

import dev.underway.model.GitSource;
import dev.underway.model.GitSourceSpec;
import dev.underway.model.UnitSetSpec.DriftPolicy;
import dev.underway.server.gitops.Standing.State;
import dev.underway.server.gitops.SyncController.Suspects;
import dev.underway.server.store.Resource;
import dev.underway.server.store.StoreException;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// One look at a source: from what Git says to what is applied.
@ApplicationScoped
class Sync {
    private static final Logger LOG = Logger.getLogger(Sync.class);
    private static final Duration SOON = Duration.ofSeconds(5);

    /// Problems that a status names; a push answers with all of them.
    private static final int MOST_NAMED = 3;

    private final GitSources sources;
    private final Repositories repositories;
    private final Pulls pulls;
    private final Clock clock = Clock.systemUTC();

    Sync(GitSources sources, Repositories repositories, Pulls pulls) {
        this.sources = sources;
        this.repositories = repositories;
        this.pulls = pulls;
    }

    Clock clock() {
        return clock;
    }

    /// Drops what was kept for a source that is gone, but for what people have pushed.
    void forget(SourceId id) throws IOException {
        pulls.forget(id);
        repositories.forgetCopy(id);
    }

    /// The path of a hosted repository on this server.
    static String path(SourceId id) {
        return "/git/" + id.namespace() + "/" + id.name() + ".git";
    }

    /// How the source stands now, and when to look again.
    ///
    /// @param suspectsRemain whether what is suspected was not looked at
    record Outcome(Standing standing, Duration again, boolean suspectsRemain) {}

    /// Applies what is to be applied.
    ///
    /// @param suspected what may have been changed by hand
    /// @param suspects is told of what is written
    Outcome run(SourceId id, Resource resource, Set<Resource.Key> suspected, Suspects suspects)
            throws IOException, Applier.Failed, StoreException, InterruptedException {
        var source = resource.as(GitSource.class);
        var spec = source.spec();
        var before = source.status() == null ? GitSource.Status.NONE : source.status();
        if (spec.isSuspended()) {
            var standing = new Standing(
                    State.RESTING,
                    "Suspended",
                    "spec.suspend is true: nothing is applied, pruned or put back",
                    before.applied(),
                    before.waiting(),
                    null,
                    null,
                    null);
            return new Outcome(standing, SyncController.nowAndThen(), true);
        }
        try (var repository = spec.isHosted() ? repositories.hosted(id, spec.ref()) : repositories.copy(id)) {
            var fetched = spec.isHosted() ? Pulls.Fetched.NOTHING_TO_DO : pulls.fetch(id, resource, spec, repository);
            var look = new Look(id, resource, source, repository, suspected, suspects, before);
            var standing = look.run(fetched);
            var again = fetched.again() == null ? SyncController.nowAndThen() : fetched.again();
            return new Outcome(standing, standing.state() == State.RECONCILING ? SOON : again, look.suspectsRemain);
        }
    }

    /// One look, with what it needs.
    private final class Look {
        private final SourceId id;
        private final Resource resource;
        private final GitSource source;
        private final GitSourceSpec spec;
        private final Repository repository;
        private final Set<Resource.Key> suspected;
        private final Suspects suspects;
        private final GitSource.Status before;
        private boolean suspectsRemain;

        Look(
                SourceId id,
                Resource resource,
                GitSource source,
                Repository repository,
                Set<Resource.Key> suspected,
                Suspects suspects,
                GitSource.Status before) {
            this.id = id;
            this.resource = resource;
            this.source = source;
            this.spec = source.spec();
            this.repository = repository;
            this.suspected = suspected;
            this.suspects = suspects;
            this.before = before;
        }

        Standing run(Pulls.Fetched fetched) throws IOException, Applier.Failed, StoreException, InterruptedException {
            var head = GitSources.head(repository, spec);
            var applied = GitSources.applied(resource, source);
            if (head == null) {
                return nothing(fetched);
            }
            var commit = Commits.of(repository, head);
            if (!head.equals(applied)) {
                var refused = refusal(head, applied, commit);
                if (refused != null) {
                    // What was applied stays, and is kept as it was.
                    var healed = applied == null ? null : healed(applied);
                    return new Standing(
                            refused.state(),
                            refused.reason(),
                            refused.message(),
                            before.applied(),
                            commit,
                            healed == null ? null : healed.resources(),
                            healed == null ? null : healed.drifted(),
                            fetched.at());
                }
                LOG.infov("applied: gitsource={0} commit={1}", id, head.name());
                // What was written is counted.
                var _ = sources.catchUp();
                return ready(fetched, commit, null);
            }
            var healed = healed(head);
            return ready(fetched, commit, healed.drifted());
        }

        private Standing nothing(Pulls.Fetched fetched) {
            suspectsRemain = true;
            var message = fetched.failure() != null
                    ? fetched.failure()
                    : spec.isHosted()
                            ? "nothing was pushed yet: git push https://SERVER" + path(id) + " HEAD:"
                                    + spec.ref().replaceFirst("^refs/(heads|tags)/", "")
                            : "there is no " + spec.ref() + " in " + spec.url();
            return new Standing(
                    fetched.failure() == null && !spec.isHosted() ? State.STALLED : State.RECONCILING,
                    fetched.failure() == null ? "NoCommit" : "FetchFailed",
                    message,
                    before.applied(),
                    null,
                    null,
                    null,
                    fetched.at());
        }

        private Standing ready(Pulls.Fetched fetched, GitSource.Commit commit, @Nullable List<String> drifted) {
            boolean stale = fetched.failure() != null;
            boolean differs = drifted != null && !drifted.isEmpty();
            var message = stale
                    ? fetched.failure() + "; what was fetched before stays applied"
                    : differs
                            ? "differs from Git in " + String.join(", ", drifted)
                                    + "; spec.drift is Report, so that stays"
                            : Commits.shortened(commit.id()) + " \"" + commit.subject() + "\" is applied";
            return new Standing(
                    stale ? State.RECONCILING : State.READY,
                    stale ? "FetchFailed" : differs ? "Drifted" : "Applied",
                    String.valueOf(message),
                    commit,
                    null,
                    owned(),
                    drifted,
                    fetched.at());
        }

        private int owned() {
            return (int) sources.world().values().stream()
                    .filter(live -> id.toString().equals(live.owner()) && !live.deleting())
                    .count();
        }

        /// Applies a new commit; the answer is why not, or null when it is applied.
        private @Nullable Refusal refusal(ObjectId head, @Nullable ObjectId applied, GitSource.Commit commit)
                throws IOException, Applier.Failed {
            var unsigned = Signatures.problem(repository, spec, head, lastApplied());
            if (unsigned != null) {
                return new Refusal(State.STALLED, "NotSigned", unsigned);
            }
            var doubtful = spec.drift() == DriftPolicy.Report ? Set.<Resource.Key>of() : suspected;
            var proposal = sources.propose(id, spec, repository, head, applied, doubtful);
            if (!proposal.problems().isEmpty()) {
                return new Refusal(State.STALLED, "Invalid", named(proposal.problems()));
            }
            if (proposal.removesTooMuch(spec.maxPruneOrDefault()) && !isPruneAllowed(commit)) {
                return new Refusal(
                        State.STALLED,
                        "PruneNeedsConfirmation",
                        "would remove " + proposal.removed().size() + " of " + proposal.owned()
                                + " resources; if that is meant: kubectl annotate gitsource " + id.name() + " -n "
                                + id.namespace() + " --overwrite " + GitSource.ALLOW_PRUNE + "=" + commit.id());
            }
            try {
                sources.applier().apply(id, proposal, file -> origin(head, file), suspects::wrote);
            } catch (Applier.Failed failed) {
                // What was written of it is not what the commit before says.
                suspects.add(
                        id,
                        proposal.changed().stream()
                                .map(change -> change.manifest().key())
                                .collect(Collectors.toSet()));
                if (failed.isPassing()) {
                    throw failed;
                }
                return new Refusal(State.STALLED, "Refused", String.valueOf(failed.getMessage()));
            }
            return null;
        }

        private boolean isPruneAllowed(GitSource.Commit commit) {
            return resource.body()
                    .at("/metadata/annotations")
                    .path(GitSource.ALLOW_PRUNE)
                    .asText()
                    .equals(commit.id());
        }

        private GitSource.Commit origin(ObjectId head, String file) throws IOException {
            return Commits.lastChange(repository, head, lastApplied(), file);
        }

        /// The commit that was applied last, by whatever rules.
        private @Nullable ObjectId lastApplied() {
            var last = before.applied();
            return last == null ? null : ObjectId.fromString(last.id());
        }

        /// Puts back what was changed by hand, or says what was.
        private Healed healed(ObjectId applied) throws IOException, Applier.Failed {
            var again = spec.drift() == DriftPolicy.Report ? owned(suspected) : suspected;
            if (again.isEmpty()) {
                return new Healed(owned(), List.of());
            }
            var proposal = sources.propose(id, spec, repository, applied, applied, again);
            if (!proposal.problems().isEmpty()) {
                // Others came in the way since then.
                throw new Applier.Failed(named(proposal.problems()), true);
            }
            if (spec.drift() == DriftPolicy.Report) {
                return new Healed(owned(), sources.applier().drifted(id, proposal, file -> origin(applied, file)));
            }
            var only = new Proposal(
                    List.of(), proposal.changed(), proposal.unchanged(), List.of(), List.of(), proposal.owned());
            sources.applier().apply(id, only, file -> origin(applied, file), suspects::wrote);
            return new Healed(owned(), List.of());
        }

        /// Whoever only reports must look at all of it whenever it looks at one.
        private Set<Resource.Key> owned(Set<Resource.Key> some) {
            return some.isEmpty() && before.drifted() == null
                    ? some
                    : sources.world().values().stream()
                            .filter(live -> id.toString().equals(live.owner()))
                            .map(Inventory.Live::key)
                            .collect(Collectors.toSet());
        }
    }

    private record Refusal(State state, String reason, String message) {}

    private record Healed(int resources, List<String> drifted) {}

    private static String named(List<Problem> problems) {
        var some = problems.stream().limit(MOST_NAMED).map(Problem::sentence).collect(Collectors.joining("; "));
        return problems.size() > MOST_NAMED ? some + "; and " + (problems.size() - MOST_NAMED) + " more" : some;
    }
}
