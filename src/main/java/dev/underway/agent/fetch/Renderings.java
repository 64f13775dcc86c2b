package dev.underway.agent.fetch;

import dev.underway.agent.host.StateDirectory;
import dev.underway.model.Codec;
import dev.underway.model.Contents;
import dev.underway.model.Digests;
import dev.underway.model.Revision;
import dev.underway.model.Templates;
import dev.underway.wire.DesiredState;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What this host really gets: contents of revisions, with its own values in the place of templates.
///
/// A rendered content is kept by its own digest beside the revisions, and that digest is the name of what runs. So a
/// changed value is another content like any other, and what is put back after it failed is what was there before it,
/// with the values of then. Which revision it was made from is remembered for the sake of its name.
public final class Renderings {
    private static final String FILE = "rendered.json";

    private final StateDirectory state;
    private final Revisions revisions;
    private Map<String, String> sources;

    /// @param sources digest of the revision, by digest of what was made from it
    private record Stored(@Nullable Map<String, String> sources) {}

    public Renderings(StateDirectory state, Revisions revisions) throws IOException {
        this.state = state;
        this.revisions = revisions;
        this.sources = state.load(FILE, Stored.class).map(Stored::sources).orElse(Map.of());
    }

    /// What the entry asks for. Throws [FetchFailed] with `TemplateUnusable` when the values and the revision do not
    /// make the content that the server meant, and `Unsupported` when the server has not given a template
    /// its values.
    public Revision.Content content(DesiredState.Entry entry) throws FetchFailed, InterruptedException {
        var rendered = entry.rendered();
        if (rendered == null) {
            var content = revisions.content(entry.digest());
            if (Templates.of(content).present()) {
                throw new FetchFailed(
                        "Unsupported", "the revision has templates, and the server gave no values; upgrade the server");
            }
            return content;
        }
        var kept = revisions.kept(rendered);
        return kept.isPresent() && entry.source().equals(sources.get(rendered)) ? kept.get() : made(entry, rendered);
    }

    private Revision.Content made(DesiredState.Entry entry, String wanted) throws FetchFailed, InterruptedException {
        var template = revisions.content(entry.source());
        byte[] json;
        try {
            json = Contents.canonical(
                    Templates.render(template, Objects.requireNonNullElse(entry.values(), Map.<String, String>of())));
        } catch (IllegalArgumentException e) {
            throw new FetchFailed("TemplateUnusable", String.valueOf(e.getMessage()), e);
        }
        var digest = Digests.sha256(json);
        if (!digest.equals(wanted)) {
            throw new FetchFailed(
                    "TemplateUnusable",
                    "with this host's values the revision becomes " + digest + " and not " + wanted
                            + ", which the server asks for; upgrade this agent or the server");
        }
        try {
            var all = new TreeMap<>(sources);
            all.put(digest, entry.source());
            save(all);
            return revisions.keep(digest, json);
        } catch (IOException e) {
            throw new FetchFailed("StateUnwritable", "what was rendered cannot be kept: " + e.getMessage(), e);
        }
    }

    /// The name of the revision of the entry's set that the content with this digest is, or was made from.
    public String revision(DesiredState.Entry entry, String digest) {
        var source = sources.getOrDefault(digest, digest);
        return digest.equals(entry.runs()) || source.equals(entry.source())
                ? entry.revision()
                : Contents.revisionName(entry.unitSet(), source);
    }

    /// Drops everything but `wanted`, of revisions and of what was made from them.
    public void keepOnly(Set<String> wanted) throws IOException {
        revisions.keepOnly(wanted);
        var kept = new TreeMap<>(sources);
        kept.keySet().retainAll(wanted);
        if (!kept.equals(sources)) {
            save(kept);
        }
    }

    private void save(Map<String, String> now) throws IOException {
        state.write(FILE, Codec.bytes(new Stored(now)));
        sources = Map.copyOf(now);
    }
}
