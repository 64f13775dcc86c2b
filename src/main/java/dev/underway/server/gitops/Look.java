package dev.underway.server.gitops;

import dev.underway.model.GitSource;
import dev.underway.model.GitSourceSpec;
import dev.underway.model.UnitSetSpec.DriftPolicy;
import dev.underway.server.gitops.Standing.State;
import dev.underway.server.gitops.SyncController.Suspects;
import dev.underway.server.store.Resource;
import dev.underway.server.store.StoreException;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// One look at a source whose commits are here: what is new is applied, what was changed by hand is put back.
final class Look {
    private static final Logger LOG = Logger.getLogger(Look.class);

    /// Problems that a status names; a push answers with all of them.
    private static final int MOST_NAMED = 3;

    private final GitSources sources;
    private final SourceId id;
    private final Resource resource;
    private final GitSource source;
    private final GitSourceSpec spec;
    private final Repository repository;
    private final Set<Resource.Key> suspected;
    private final Suspects suspects;
    private final GitSource.Status before;
    private boolean suspectsRemain;
    private boolean toBeTriedAgain;

    /// @param suspected what may have been changed by hand
    /// @param suspects is told of what is written
    Look(
            GitSources sources,
            SourceId id,
            Resource resource,
            GitSource source,
            Repository repository,
            Set<Resource.Key> suspected,
            Suspects suspects) {
        this.sources = sources;
        this.id = id;
        this.resource = resource;
        this.source = source;
        this.spec = source.spec();
        this.repository = repository;
        this.suspected = suspected;
        this.suspects = suspects;
        this.before = source.status() == null ? GitSource.Status.NONE : source.status();
    }

    /// Whether what is suspected was not looked at.
    boolean suspectsRemain() {
        return suspectsRemain;
    }

    /// Whether something did not work that may work soon.
    boolean isToBeTriedAgain() {
        return toBeTriedAgain;
    }

    Standing run(Pulls.Fetched fetched) throws IOException, Applier.Failed, StoreException, InterruptedException {
        var head = GitSources.head(repository, spec);
        if (head == null) {
            return nothing(fetched);
        }
        var applied = GitSources.applied(resource, source);
        var commit = Commits.of(repository, head);
        if (head.equals(applied)) {
            return ready(fetched, commit, healed(head));
        }
        var refusal = refusal(head, applied, commit);
        if (refusal != null) {
            return refused(refusal, fetched, commit, applied);
        }
        LOG.infov("applied: gitsource={0} commit={1}", id, head.name());
        // What was written is counted.
        var _ = sources.catchUp();
        return ready(
                fetched,
                commit,
                spec.drift() == DriftPolicy.Report ? healed(head) : new Healed(owned(), List.of(), null));
    }

    private Standing nothing(Pulls.Fetched fetched) {
        suspectsRemain = true;
        var message = fetched.failure() != null
                ? fetched.failure()
                : spec.isHosted()
                        ? "nothing was pushed yet: git push https://SERVER" + Sync.path(id) + " HEAD:"
                                + spec.ref().replaceFirst("^refs/(heads|tags)/", "")
                        : "there is no " + spec.ref() + " in " + spec.url();
        return new Standing(
                fetched.failure() == null && !spec.isHosted() ? State.STALLED : State.RECONCILING,
                fetched.failure() == null ? "NoCommit" : "FetchFailed",
                message,
                before.applied(),
                false,
                null,
                null,
                before.drifted(),
                fetched.at());
    }

    /// What was applied stays, and is kept as it was.
    private Standing refused(
            Refusal refusal, Pulls.Fetched fetched, GitSource.Commit commit, @Nullable ObjectId applied)
            throws IOException {
        Healed healed = null;
        if (applied == null) {
            suspectsRemain = true;
        } else {
            try {
                healed = healed(applied);
            } catch (Applier.Failed e) {
                LOG.infov("not put back yet: gitsource={0} reason={1}", id, e.getMessage());
                suspectsRemain = true;
                toBeTriedAgain = true;
            }
        }
        return new Standing(
                State.STALLED,
                refusal.reason(),
                refusal.message(),
                before.applied(),
                false,
                commit,
                healed == null ? null : healed.resources(),
                healed == null ? before.drifted() : healed.drifted(),
                fetched.at());
    }

    private Standing ready(Pulls.Fetched fetched, GitSource.Commit commit, Healed healed) {
        State state = State.READY;
        var reason = "Applied";
        var message = Commits.shortened(commit.id()) + " \"" + commit.subject() + "\" is applied";
        if (fetched.failure() != null) {
            state = State.RECONCILING;
            reason = "FetchFailed";
            message = fetched.failure() + "; what was fetched before stays applied";
        } else if (healed.hindrance() != null) {
            suspectsRemain = true;
            state = State.STALLED;
            reason = "NotKept";
            message += ", but not all of it can be kept so: " + healed.hindrance();
        } else if (!healed.drifted().isEmpty()) {
            reason = "Drifted";
            message = "differs from Git in " + String.join(", ", healed.drifted())
                    + "; spec.drift is Report, so that stays";
        }
        return new Standing(
                state, reason, message, commit, true, null, healed.resources(), healed.drifted(), fetched.at());
    }

    private int owned() {
        return (int) sources.world().values().stream()
                .filter(live -> id.toString().equals(live.owner()) && !live.deleting())
                .count();
    }

    /// Applies a new commit; the answer is why not, or null when it is applied.
    private @Nullable Refusal refusal(ObjectId head, @Nullable ObjectId applied, GitSource.Commit commit)
            throws IOException, Applier.Failed {
        var last = lastApplied();
        if (spec.isHosted()
                && !spec.allowsForcePush()
                && last != null
                && !repository.getObjectDatabase().has(last)) {
            return new Refusal(
                    "RepositoryIsOlder",
                    "the commit " + Commits.shortened(last.name())
                            + " is applied, and is not in this server's repository,"
                            + " as after a backup was restored; push it again, or let spec.allowForcePush be true to go"
                            + " back to " + Commits.shortened(head.name()));
        }
        var unsigned = Signatures.problem(repository, spec, head, last);
        if (unsigned != null) {
            return new Refusal("NotSigned", unsigned + "; " + next("sign it again"));
        }
        var doubtful = spec.drift() == DriftPolicy.Report ? Set.<Resource.Key>of() : suspected;
        var proposal = sources.propose(id, spec, repository, head, applied, doubtful);
        if (!proposal.problems().isEmpty()) {
            return invalid(proposal.problems());
        }
        if (proposal.removesTooMuch(spec.maxPruneOrDefault()) && !isPruneAllowed(commit)) {
            return new Refusal(
                    "PruneNeedsConfirmation",
                    "would remove " + proposal.removed().size() + " of " + proposal.owned()
                            + " resources; if that is meant: kubectl annotate gitsource " + id.name() + " -n "
                            + id.namespace() + " --overwrite " + GitSource.ALLOW_PRUNE + "=" + commit.id());
        }
        Applier.Origin origin = file -> origin(head, file);
        if (!spec.isHosted()) {
            // Nobody has tried it yet; of a push all of it was, before it was taken.
            var trial = sources.applier().trial(id, proposal, origin);
            if (!trial.problems().isEmpty()) {
                return invalid(trial.problems());
            }
        }
        try {
            sources.applier().apply(id, proposal, origin, suspects::wrote);
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
            return new Refusal("Refused", failed.getMessage() + "; " + next("mend it"));
        }
        return null;
    }

    private Refusal invalid(List<Problem> problems) {
        return new Refusal("Invalid", named(problems) + "; " + next("mend it"));
    }

    /// What a person does about a commit that is not applied.
    private String next(String what) {
        return spec.isHosted()
                ? what + " and push"
                : what + " there; it is fetched again every "
                        + spec.intervalOrDefault().toSeconds() + " s, or now: kubectl annotate gitsource " + id.name()
                        + " -n " + id.namespace() + " --overwrite " + GitSource.SYNC_AT + "=\"$(date)\"";
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
        return last == null || !ObjectId.isId(last.id()) ? null : ObjectId.fromString(last.id());
    }

    /// Puts back what was changed by hand, or says what was.
    private Healed healed(ObjectId applied) throws IOException, Applier.Failed {
        var again = spec.drift() == DriftPolicy.Report ? owned(suspected) : suspected;
        if (again.isEmpty()) {
            return new Healed(owned(), List.of(), null);
        }
        var proposal = sources.propose(id, spec, repository, applied, applied, again);
        // Others may have come in its way since then.
        var hindrance = proposal.problems().isEmpty() ? null : named(proposal.problems());
        var rest = proposal.withoutProblems();
        Applier.Origin origin = file -> origin(applied, file);
        if (spec.drift() == DriftPolicy.Report) {
            return new Healed(owned(), sources.applier().drifted(id, rest, origin), hindrance);
        }
        sources.applier().apply(id, rest.withoutRemovals(), origin, suspects::wrote);
        return new Healed(owned(), List.of(), hindrance);
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

    /// Why a commit is not applied; a person must do something.
    private record Refusal(String reason, String message) {}

    /// What came of looking after what is applied.
    ///
    /// @param hindrance why some of it cannot be kept, null when all can
    private record Healed(
            int resources, List<String> drifted, @Nullable String hindrance) {}

    private static String named(List<Problem> problems) {
        var some = problems.stream().limit(MOST_NAMED).map(Problem::sentence).collect(Collectors.joining("; "));
        return problems.size() > MOST_NAMED ? some + "; and " + (problems.size() - MOST_NAMED) + " more" : some;
    }
}
