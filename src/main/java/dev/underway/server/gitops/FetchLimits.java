package dev.underway.server.gitops;

import java.time.Duration;
import java.time.Instant;
import org.eclipse.jgit.lib.EmptyProgressMonitor;
import org.jspecify.annotations.Nullable;

/// Ends a fetch that takes more than a repository of manifests can need.
final class FetchLimits extends EmptyProgressMonitor {
    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final int MOST_OBJECTS = 2_000_000;

    private final Instant deadline = Instant.now().plus(LONGEST);
    private boolean tooMany;

    @Override
    public void beginTask(String title, int objects) {
        tooMany |= objects > MOST_OBJECTS;
    }

    @Override
    public boolean isCancelled() {
        return exceeded() != null || Thread.currentThread().isInterrupted();
    }

    /// Which limit is exceeded, null when none is.
    @Nullable
    String exceeded() {
        if (tooMany) {
            return "it has more than " + MOST_OBJECTS + " objects; keep manifests in a repository of their own";
        }
        return Instant.now().isAfter(deadline) ? "it took longer than " + LONGEST.toMinutes() + " minutes" : null;
    }
}
