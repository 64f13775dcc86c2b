package dev.underway.server.gitops;

import dev.underway.model.GitSourceSpec;
import java.io.IOException;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.jspecify.annotations.Nullable;

/// Whether commits are signed by those whom a source trusts.
final class Signatures {
    private Signatures() {}

    /// What is wrong with the signatures of the newest commit and of all others that are new, null when nothing is. The
    /// newest one counts also when it is an old one to which somebody went back, and alone when nothing was applied
    /// before: its signature covers all that it is built on.
    ///
    /// @param since what was applied before
    static @Nullable String problem(Repository repository, GitSourceSpec spec, ObjectId head, @Nullable ObjectId since)
            throws IOException {
        if (spec.verify() == null) {
            return null;
        }
        try (var keys = TrustedKeys.of(repository, spec.keys());
                var walk = new RevWalk(repository)) {
            var newest = walk.parseCommit(head);
            var ofNewest = problem(newest, keys);
            if (ofNewest != null
                    || since == null
                    || !repository.getObjectDatabase().has(since)) {
                return ofNewest;
            }
            walk.markStart(newest);
            walk.markUninteresting(walk.parseCommit(since));
            for (RevCommit commit = walk.next(); commit != null; commit = walk.next()) {
                walk.parseBody(commit);
                var problem = problem(commit, keys);
                if (problem != null) {
                    return problem;
                }
            }
            return null;
        }
    }

    private static @Nullable String problem(RevCommit commit, TrustedKeys keys) throws IOException {
        var problem = keys.problem(commit.getRawBuffer());
        return problem == null
                ? null
                : "commit " + Commits.shortened(commit.name()) + " ("
                        + Commits.of(commit).author() + ") " + problem;
    }
}
