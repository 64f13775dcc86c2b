package dev.underway.server.gitops;

import dev.underway.model.GitSource;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.filter.AndTreeFilter;
import org.eclipse.jgit.treewalk.filter.PathFilter;
import org.eclipse.jgit.treewalk.filter.TreeFilter;
import org.jspecify.annotations.Nullable;

/// What a repository says of its commits.
final class Commits {
    /// Characters by which people know a commit again.
    private static final int SHORT = 7;

    private static final int LONGEST_SUBJECT = 200;
    private static final int LONGEST_AUTHOR = 200;

    private Commits() {}

    static String shortened(String id) {
        return id.length() > SHORT ? id.substring(0, SHORT) : id;
    }

    static GitSource.Commit of(Repository repository, ObjectId id) throws IOException {
        try (var walk = new RevWalk(repository)) {
            return of(walk.parseCommit(id));
        }
    }

    static GitSource.Commit of(RevCommit commit) {
        var author = commit.getAuthorIdent();
        return new GitSource.Commit(
                commit.name(),
                printable(author.getName() + " <" + author.getEmailAddress() + ">", LONGEST_AUTHOR),
                printable(commit.getShortMessage(), LONGEST_SUBJECT),
                commit.getCommitterIdent().getWhenAsInstant().truncatedTo(ChronoUnit.SECONDS));
    }

    /// What people wrote, in one line, without what a terminal would take for an order.
    private static String printable(String text, int longest) {
        var line = text.replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " ").strip();
        return line.length() > longest ? line.substring(0, longest - 1) + "…" : line;
    }

    /// The newest commit after `since` that changed `file`, `head` when none did.
    ///
    /// @param since what was applied before, null when nothing was
    static GitSource.Commit lastChange(Repository repository, ObjectId head, @Nullable ObjectId since, String file)
            throws IOException {
        try (var walk = new RevWalk(repository)) {
            var newest = walk.parseCommit(head);
            if (since == null || !repository.getObjectDatabase().has(since)) {
                return of(newest);
            }
            walk.markStart(newest);
            walk.markUninteresting(walk.parseCommit(since));
            walk.setTreeFilter(AndTreeFilter.create(PathFilter.create(file), TreeFilter.ANY_DIFF));
            var last = walk.next();
            return of(last == null ? newest : walk.parseCommit(last));
        }
    }
}
