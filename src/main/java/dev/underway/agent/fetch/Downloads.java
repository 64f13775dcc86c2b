package dev.underway.agent.fetch;

import dev.underway.agent.host.HostPolicy.ArtifactBounds;
import dev.underway.model.UnitSetSpec.Artifact;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Fetches artifacts beside the passes: a large download of one set must not keep the host from being healed. A few at
/// a time, but from one server one after the other: a server that sends byte by byte keeps only those waiting who want
/// something of it. Of one thread's use.
public final class Downloads implements AutoCloseable {
    /// Each takes its share of a small heap.
    private static final int AT_A_TIME = 4;

    private final Artifacts artifacts;
    private final Runnable arrived;
    private final Duration patience;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("download").factory());
    /// By the digest of what is downloaded.
    private final Map<String, UnderWay> underWay = new HashMap<>();

    private record UnderWay(String server, CompletableFuture<Void> end) {
        boolean hasEnded() {
            return end.isDone();
        }
    }

    /// @param arrived is told that a download has ended, well or not
    /// @param patience how long is waited for a download that was asked for just now
    public Downloads(Artifacts artifacts, Runnable arrived, Duration patience) {
        this.artifacts = artifacts;
        this.arrived = arrived;
        this.patience = patience;
    }

    /// Has what is not here of `wanted` fetched. What is still on its way, in words; empty when all is here.
    ///
    /// @throws FetchFailed one could not be fetched; the next call tries it again
    public Optional<String> fetch(List<Artifact> wanted, ArtifactBounds bounds)
            throws FetchFailed, InterruptedException {
        for (var artifact : wanted) {
            if (artifacts.has(artifact.sha256())) {
                underWay.remove(artifact.sha256());
            } else if (!underWay.containsKey(artifact.sha256()) && !mayBegin(artifact)) {
                // The next that arrives asks for another pass, and so for this.
                return Optional.of(
                        artifact.name() + " waits for other downloads, to be fetched from " + artifact.url());
            } else if (!isHere(artifact, bounds)) {
                return Optional.of(artifact.name() + " is being fetched from " + artifact.url());
            }
        }
        return Optional.empty();
    }

    private boolean mayBegin(Artifact artifact) {
        var servers = underWay.values().stream()
                .filter(download -> !download.hasEnded())
                .map(UnderWay::server)
                .toList();
        return servers.size() < AT_A_TIME && !servers.contains(server(artifact));
    }

    /// Host and port; empty for a local file, and for what is no URL.
    private static String server(Artifact artifact) {
        try {
            return Objects.requireNonNullElse(URI.create(artifact.url()).getRawAuthority(), "");
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private boolean isHere(Artifact artifact, ArtifactBounds bounds) throws FetchFailed, InterruptedException {
        var known = underWay.get(artifact.sha256());
        boolean isNew = known == null;
        var download =
                known == null ? CompletableFuture.runAsync(() -> fetched(artifact, bounds), threads) : known.end();
        if (isNew) {
            underWay.put(artifact.sha256(), new UnderWay(server(artifact), download));
            var _ = download.whenComplete((_, _) -> arrived.run());
        }
        try {
            if (isNew) {
                download.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            } else if (!download.isDone()) {
                return false;
            } else {
                download.get();
            }
            underWay.remove(artifact.sha256());
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            underWay.remove(artifact.sha256());
            throw e.getCause() instanceof FetchFailed failed
                    ? failed
                    : new FetchFailed("FetchFailed", artifact.url() + " could not be fetched: " + e.getCause(), e);
        }
    }

    private void fetched(Artifact artifact, ArtifactBounds bounds) {
        try {
            artifacts.fetch(artifact, bounds);
        } catch (FetchFailed e) {
            throw new CompletionException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CompletionException(e);
        }
    }

    /// Ends what is under way; it begins anew with the next agent.
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
