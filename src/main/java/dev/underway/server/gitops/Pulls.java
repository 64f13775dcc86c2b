package dev.underway.server.gitops;

import dev.underway.model.GitSource;
import dev.underway.model.GitSourceSpec;
import dev.underway.server.store.Resource;
import dev.underway.server.store.ServerConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.eclipse.jgit.errors.NotSupportedException;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.errors.UnsupportedCredentialItem;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.SshTransport;
import org.eclipse.jgit.transport.TagOpt;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.TransportHttp;
import org.eclipse.jgit.transport.URIish;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Fetches what is pulled, when its time has come or somebody asks. What was fetched before stays when that fails.
@ApplicationScoped
class Pulls {
    private static final Logger LOG = Logger.getLogger(Pulls.class);

    /// Without a byte for so long, the other side is taken for gone.
    private static final int TIMEOUT_SECONDS = 30;

    /// After a failure, at least and at most; doubled with each one more.
    private static final Duration FIRST_RETRY = Duration.ofSeconds(5);

    private final Path credentials;
    private final Optional<Path> files;
    private final Map<SourceId, Schedule> schedules = new ConcurrentHashMap<>();

    Pulls(ServerConfig config) {
        this.credentials = config.git().credentials();
        this.files = config.git().files();
    }

    /// What came of a fetch.
    ///
    /// @param at when it last succeeded, null when nothing is known of that
    /// @param failure a sentence, null when it did not fail
    /// @param again when to come back, null when there is nothing to fetch
    record Fetched(
            @Nullable Instant at,
            @Nullable String failure,
            @Nullable Duration again) {
        static final Fetched NOTHING_TO_DO = new Fetched(null, null, null);
    }

    /// When a source is fetched next.
    ///
    /// @param asked what the source said when it was fetched last: its generation, and the word of who asks to look
    private record Schedule(
            Instant next,
            String asked,
            int failures,
            @Nullable Instant at,
            @Nullable String failure) {}

    /// Fetches when it is time to; else says how the last fetch went.
    Fetched fetch(SourceId id, Resource resource, GitSourceSpec spec, Repository repository) throws IOException {
        var asked = resource.generation() + " "
                + resource.body()
                        .at("/metadata/annotations")
                        .path(GitSource.SYNC_AT)
                        .asText();
        var last = schedules.get(id);
        var now = Instant.now();
        if (last != null && last.asked().equals(asked) && now.isBefore(last.next())) {
            return new Fetched(last.at(), last.failure(), Duration.between(now, last.next()));
        }
        var failure = attempt(spec, repository);
        int failures = failure == null ? 0 : last == null ? 1 : last.failures() + 1;
        var wait = jittered(failure == null ? spec.intervalOrDefault() : retry(failures, spec.intervalOrDefault()));
        var at = failure == null ? now.truncatedTo(ChronoUnit.SECONDS) : last == null ? null : last.at();
        schedules.put(id, new Schedule(now.plus(wait), asked, failures, at, failure));
        if (failure != null) {
            LOG.infov("cannot fetch: gitsource={0} reason={1}", id, failure);
        }
        return new Fetched(at, failure, wait);
    }

    void forget(SourceId id) {
        schedules.remove(id);
    }

    private static Duration retry(int failures, Duration interval) {
        var wait = FIRST_RETRY.multipliedBy(1L << Math.min(failures - 1, 10));
        return wait.compareTo(interval) < 0 ? wait : interval;
    }

    /// A tenth more or less, so that a thousand sources do not ask at the same moment.
    private static Duration jittered(Duration interval) {
        long tenth = Math.max(1, interval.toMillis() / 10);
        return interval.plusMillis(ThreadLocalRandom.current().nextLong(-tenth, tenth));
    }

    /// Fetches; the answer is a sentence about why that failed, or null.
    private @Nullable String attempt(GitSourceSpec spec, Repository repository) throws IOException {
        var url = String.valueOf(spec.url());
        var limits = new FetchLimits();
        // Where it leads is for people to judge: the credentials are for this address alone.
        repository.getConfig().setString("http", null, "followRedirects", "false");
        try {
            refuseFile(url);
            var key = spec.credentials() == null
                    ? GitCredentials.NONE
                    : GitCredentials.of(credentials.resolve(spec.credentials()), url);
            try (var sessions = url.startsWith("ssh:") ? key.sessions() : null;
                    var transport = Transport.open(repository, new URIish(url))) {
                transport.setTimeout(TIMEOUT_SECONDS);
                transport.setTagOpt(TagOpt.NO_TAGS);
                transport.setCheckFetchedObjects(true);
                transport.setCredentialsProvider(key.provider());
                switch (transport) {
                    case TransportHttp http -> http.setHttpConnectionFactory(key.connections());
                    case SshTransport ssh -> ssh.setSshSessionFactory(sessions);
                    default -> {}
                }
                transport.fetch(limits, List.of(new RefSpec("+" + spec.ref() + ":" + spec.ref())));
            }
            return null;
        } catch (GitCredentials.Unusable e) {
            return e.getMessage();
        } catch (URISyntaxException e) {
            return "spec.url is no URL: " + e.getReason();
        } catch (NotSupportedException | TransportException | UnsupportedCredentialItem e) {
            var exceeded = limits.exceeded();
            return "cannot fetch from " + url + ": " + (exceeded == null ? reason(e) : exceeded);
        }
    }

    /// What is below the surface says more.
    private static String reason(Throwable failure) {
        var text = new StringBuilder();
        for (Throwable e = failure; e != null && text.length() < 400; e = e.getCause()) {
            var message = String.valueOf(e.getMessage()).replaceAll("[\\p{Cntrl}]+", " ");
            if (text.indexOf(message) < 0) {
                text.append(text.isEmpty() ? "" : ": ").append(message);
            }
        }
        return text.indexOf("followRedirects") < 0
                ? text.toString()
                : "it leads elsewhere, and redirects are not followed; let spec.url be the address at its end";
    }

    private void refuseFile(String url) throws GitCredentials.Unusable {
        if (!url.startsWith("file:")) {
            return;
        }
        try {
            var path = Path.of(URI.create(url).getPath()).toRealPath();
            if (files.isPresent() && path.startsWith(files.get().toRealPath())) {
                return;
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new GitCredentials.Unusable(url + " is not there");
        }
        throw new GitCredentials.Unusable(
                "file:// is only fetched from below the server's underway.git.files, which is "
                        + files.map(Path::toString).orElse("not set"));
    }
}
