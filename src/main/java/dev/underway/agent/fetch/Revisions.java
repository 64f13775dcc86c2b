package dev.underway.agent.fetch;

import dev.underway.agent.host.StateDirectory;
import dev.underway.model.Codec;
import dev.underway.model.Digests;
import dev.underway.model.Revision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Contents of revisions by digest: asked for once, checked, and kept on disk.
public final class Revisions {
    private final StateDirectory state;
    private final Source source;
    private final Map<String, Revision.Content> known = new ConcurrentHashMap<>();

    /// Where contents come from when they are not here yet.
    public interface Source {
        byte[] revision(String digest) throws FetchFailed, InterruptedException;
    }

    public Revisions(StateDirectory state, Source source) {
        this.state = state;
        this.source = source;
    }

    /// The content that `digest` names.
    public Revision.Content content(String digest) throws FetchFailed, InterruptedException {
        if (!digest.matches("[0-9a-f]{64}")) {
            throw new FetchFailed("DocumentRefused", "\"" + digest + "\" is not a digest");
        }
        var content = known.get(digest);
        if (content == null) {
            content = load(digest);
            known.put(digest, content);
        }
        return content;
    }

    /// The content that `digest` names, if it is here; nobody is asked for it.
    public Optional<Revision.Content> kept(String digest) {
        var content = known.get(digest);
        try {
            return content == null && digest.matches("[0-9a-f]{64}") ? onDisk(digest) : Optional.ofNullable(content);
        } catch (IOException | FetchFailed e) {
            return Optional.empty();
        }
    }

    /// Keeps what was made here, as `digest` of it.
    Revision.Content keep(String digest, byte[] json) throws IOException, FetchFailed {
        var content = read(json);
        state.write(file(digest), json);
        known.put(digest, content);
        return content;
    }

    private static String file(String digest) {
        return "revisions/" + digest + ".json";
    }

    private Optional<Revision.Content> onDisk(String digest) throws IOException, FetchFailed {
        var kept = state.read(file(digest));
        if (kept.isPresent() && !Digests.sha256(kept.get()).equals(digest)) {
            state.setAside(file(digest), "its bytes are not those of its digest");
            return Optional.empty();
        }
        return kept.isPresent() ? Optional.of(read(kept.get())) : Optional.empty();
    }

    private Revision.Content load(String digest) throws FetchFailed, InterruptedException {
        try {
            var kept = onDisk(digest);
            if (kept.isPresent()) {
                return kept.get();
            }
            var fetched = source.revision(digest);
            var content = read(fetched);
            state.write(file(digest), fetched);
            return content;
        } catch (IOException e) {
            throw new FetchFailed("StateUnwritable", "revision " + digest + " cannot be kept: " + e.getMessage(), e);
        }
    }

    private static Revision.Content read(byte[] json) throws FetchFailed {
        try {
            return Codec.read(json, Revision.Content.class);
        } catch (IllegalArgumentException e) {
            throw new FetchFailed("Unsupported", "this agent cannot read the revision: " + e.getMessage(), e);
        }
    }

    /// Drops everything but `wanted`.
    public void keepOnly(Set<String> wanted) throws IOException {
        known.keySet().retainAll(wanted);
        List<Path> kept;
        try (var files = Files.list(state.resolve("revisions"))) {
            kept = files.toList();
        }
        for (var file : kept) {
            var name = file.getFileName().toString();
            if (name.endsWith(".json") && !wanted.contains(name.substring(0, name.length() - 5))) {
                Files.deleteIfExists(file);
            }
        }
    }
}
