package dev.underway.server.gitops;

import dev.underway.model.GitSource;
import dev.underway.server.gitops.Standing.State;
import dev.underway.server.gitops.SyncController.Suspects;
import dev.underway.server.store.Resource;
import dev.underway.server.store.StoreException;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;

/// One look at a source: from what Git says to what is applied.
@ApplicationScoped
class Sync {
    private static final Duration SOON = Duration.ofSeconds(5);

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
                    false,
                    before.waiting(),
                    null,
                    null,
                    null);
            return new Outcome(standing, SyncController.nowAndThen(), true);
        }
        try (var repository = spec.isHosted() ? repositories.hosted(id, spec.ref()) : repositories.copy(id)) {
            var fetched = spec.isHosted() ? Pulls.Fetched.NOTHING_TO_DO : pulls.fetch(id, resource, spec, repository);
            var look = new Look(sources, id, resource, source, repository, suspected, suspects);
            var standing = look.run(fetched);
            var again = fetched.again() == null ? SyncController.nowAndThen() : fetched.again();
            boolean soon = standing.state() == State.RECONCILING || look.isToBeTriedAgain();
            return new Outcome(standing, soon ? SOON : again, look.suspectsRemain());
        }
    }
}
