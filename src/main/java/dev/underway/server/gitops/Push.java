package dev.underway.server.gitops;

import dev.underway.model.GitSource;
import dev.underway.model.GitSourceSpec;
import dev.underway.model.Kind;
import dev.underway.model.Printable;
import dev.underway.server.store.Resource;
import dev.underway.server.store.StoreException;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.eclipse.jgit.lib.ObjectChecker;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.ReceiveCommand;
import org.eclipse.jgit.transport.ReceivePack;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// One push to a hosted repository: its commits are checked before the branch that counts moves, and applied after.
///
/// The branch is the record: once it has moved, the controller applies what it says, however often the server dies.
final class Push {
    private static final Logger LOG = Logger.getLogger(Push.class);
    private static final List<String> OPTIONS = List.of("allow-prune", "dry-run", "wait");

    private final SourceId id;
    private final Resource resource;
    private final GitSourceSpec spec;
    private final Repository repository;
    private final GitSources sources;
    private final PushAnswers answers;
    private final String person;
    private final Runnable transferred;
    private final ReceivePack pack;
    private @Nullable Proposal proposal;
    private boolean left;

    /// @param transferred is told when nothing is left to be done but to tell
    Push(
            SourceId id,
            Resource resource,
            Repository repository,
            GitSources sources,
            PushAnswers answers,
            String person,
            Runnable transferred) {
        this.id = id;
        this.resource = resource;
        this.spec = resource.as(GitSource.class).spec();
        this.repository = repository;
        this.sources = sources;
        this.answers = answers;
        this.person = person;
        this.transferred = transferred;
        this.pack = new ReceivePack(repository);
        pack.setBiDirectionalPipe(false);
        pack.setAllowPushOptions(true);
        pack.setCheckReceivedObjects(true);
        pack.setObjectChecker(new ObjectChecker());
        pack.setAllowNonFastForwards(true);
        pack.setAllowDeletes(true);
        pack.setPreReceiveHook((_, commands) -> before(commands));
        pack.setPostReceiveHook((_, commands) -> after(commands));
    }

    ReceivePack pack() {
        return pack;
    }

    /// What hosts and commits say is in it, and a terminal shows it.
    private void say(String line) {
        pack.sendMessage(Printable.of(line));
        try {
            pack.getMessageOutputStream().flush();
        } catch (IOException e) {
            LOG.debugv("the client of a push has left: gitsource={0}", id);
            left = true;
        }
    }

    private List<String> options() {
        var options = pack.getPushOptions();
        return options == null ? List.of() : options;
    }

    // --- before anything moves ---------------------------------------------------------------------------------------

    private void before(Collection<ReceiveCommand> commands) {
        for (var option : options()) {
            if (!OPTIONS.contains(option)) {
                refuse(
                        commands,
                        "the push option \"" + option + "\" is not known; known are " + String.join(", ", OPTIONS));
                return;
            }
        }
        for (var command : commands) {
            if (GitSources.isOurs(command.getRefName())) {
                refuse(List.of(command), "only branches and tags are kept here");
            } else if (command.getRefName().equals(spec.ref())) {
                tracked(command, commands);
            }
        }
        if (options().contains("dry-run")) {
            refuse(commands, "dry run: nothing was changed");
        }
    }

    private static void refuse(Collection<ReceiveCommand> commands, String reason) {
        commands.stream()
                .filter(command -> command.getResult() == ReceiveCommand.Result.NOT_ATTEMPTED)
                .forEach(command -> command.setResult(ReceiveCommand.Result.REJECTED_OTHER_REASON, reason));
    }

    private void tracked(ReceiveCommand command, Collection<ReceiveCommand> commands) {
        if (spec.isSuspended()) {
            refuse(commands, "spec.suspend of the GitSource is true; set it to false first");
        } else if (command.getType() == ReceiveCommand.Type.DELETE) {
            refuse(commands, "this is what the fleet follows; delete the GitSource if it shall no longer");
        } else if (!spec.allowsForcePush() && takesBack(command)) {
            refuse(
                    commands,
                    "this would take commits back; use git revert, or set spec.allowForcePush of the GitSource");
        } else {
            check(command, commands);
        }
    }

    /// Whether what was there before is no longer part of the history; a tag may move forwards too.
    private boolean takesBack(ReceiveCommand command) {
        if (command.getType() == ReceiveCommand.Type.CREATE) {
            return false;
        }
        try (var walk = new RevWalk(repository)) {
            var before = walk.peel(walk.parseAny(command.getOldId()));
            var after = walk.peel(walk.parseAny(command.getNewId()));
            return !(before instanceof RevCommit old
                    && after instanceof RevCommit next
                    && walk.isMergedInto(walk.parseCommit(old), walk.parseCommit(next)));
        } catch (IOException e) {
            return true;
        }
    }

    private void check(ReceiveCommand command, Collection<ReceiveCommand> commands) {
        try (var walk = new RevWalk(repository)) {
            var commit = walk.parseCommit(walk.peel(walk.parseAny(command.getNewId())));
            var applied = GitSources.applied(resource, resource.as(GitSource.class));
            var unsigned = Signatures.problem(repository, spec, commit, known(command, applied));
            if (unsigned != null) {
                refuse(commands, unsigned);
                return;
            }
            if (!sources.catchUp()) {
                refuse(commands, "the server is too busy to check it; try again");
                return;
            }
            var proposed = sources.propose(id, spec, repository, commit, applied, Set.of());
            var problems = proposed.problems();
            List<String> told = List.of();
            if (problems.isEmpty()) {
                var trial = sources.applier()
                        .trial(id, proposed, file -> Commits.lastChange(repository, commit, applied, file));
                problems = trial.problems();
                told = trial.told();
            }
            if (!problems.isEmpty()) {
                problems.forEach(problem -> say(problem.sentence()));
                refuse(commands, problems.size() == 1 ? "1 problem" : problems.size() + " problems");
                return;
            }
            told.forEach(this::say);
            summary(proposed);
            if (proposed.removesTooMuch(spec.maxPruneOrDefault())) {
                if (!options().contains("allow-prune")) {
                    refuse(
                            commands,
                            "would remove " + proposed.removed().size() + " of " + proposed.owned()
                                    + " resources; if that is meant: git push -o allow-prune");
                    return;
                }
                if (!options().contains("dry-run")) {
                    // Before the branch moves: who applies it must know, also when this server dies in between.
                    answers.allowPrune(id, commit.name());
                }
            }
            proposal = proposed;
        } catch (Applier.Failed | StoreException e) {
            refuse(commands, e.getMessage() + "; try again");
        } catch (IOException e) {
            LOG.infov(e, "a push cannot be read: gitsource={0}", id);
            refuse(commands, "it cannot be read: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            refuse(commands, "the server stops; try again");
        }
    }

    /// What was pushed before was checked then.
    private static @Nullable ObjectId known(ReceiveCommand command, @Nullable ObjectId applied) {
        return command.getType() == ReceiveCommand.Type.CREATE ? applied : command.getOldId();
    }

    private void summary(Proposal proposed) {
        say(proposed.changed().size() + " changed, " + proposed.removed().size() + " removed, " + proposed.unchanged()
                + " unchanged");
    }

    // --- after it has moved ------------------------------------------------------------------------------------------

    private void after(Collection<ReceiveCommand> commands) {
        for (var command : commands) {
            if (command.getRefName().equals(spec.ref()) && command.getResult() == ReceiveCommand.Result.OK) {
                applied(command);
            }
        }
    }

    private void applied(ReceiveCommand command) {
        try (var walk = new RevWalk(repository)) {
            var commit = walk.parseCommit(walk.peel(walk.parseAny(command.getNewId())));
            LOG.infov("pushed: gitsource={0} commit={1} by={2}", id, commit.name(), person);
            answers.askToApply(id, commit.name());
            if (answers.awaitApplied(id, commit.name(), this::say) && proposal != null) {
                var sets = proposal.changed().stream()
                        .map(change -> change.manifest().key())
                        .filter(key -> key.kind().equals(Kind.UNIT_SET))
                        .toList();
                if (options().contains("wait")) {
                    transferred.run();
                    answers.followRollouts(sets, this::say, () -> left);
                } else {
                    PushAnswers.hint(sets, this::say);
                }
            }
        } catch (StoreException | IOException e) {
            say("it is accepted, and will be applied as soon as the server can: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            say("it is accepted, and will be applied when the server is back");
        }
    }
}
