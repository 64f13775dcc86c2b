package dev.underway.agent;

import dev.underway.agent.fetch.Artifacts;
import dev.underway.agent.fetch.Document;
import dev.underway.agent.fetch.Renderings;
import dev.underway.agent.host.StateDirectory;
import dev.underway.model.Codec;
import dev.underway.model.UnitSetSpec.Artifact;
import dev.underway.plan.Desired;
import dev.underway.plan.Desired.DesiredSet;
import dev.underway.plan.Inventory;
import dev.underway.plan.Inventory.RunsWith;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Throws away artifacts and revisions that nothing refers to any more. Called when everything is as desired, because
/// until then the old ones may still be in use.
///
/// Kept are those of the last known good document, those that a path of ours or a process still refers to (a process
/// that waits for its restart loads more of its program at any time), and those of the revision before: an undo then
/// works without a download. Does something only when one of these has changed.
final class Housekeeping {
    private static final Logger LOG = Logger.getLogger(Housekeeping.class);
    private static final String FILE = "history.json";

    /// How many revisions of a set are kept: the one in place, and the one that an undo goes back to.
    private static final int KEPT = 2;

    private final StateDirectory state;
    private final Artifacts artifacts;
    private final Renderings renderings;
    private History history;
    /// What was kept last; null before the first time, when there may be something left of before.
    private @Nullable References tidied;

    Housekeeping(StateDirectory state, Artifacts artifacts, Renderings renderings) throws IOException {
        this.state = state;
        this.artifacts = artifacts;
        this.renderings = renderings;
        this.history = state.load(FILE, History.class).orElse(new History(Map.of()));
    }

    /// @param contents digests of revisions, and of what was made from them
    /// @param words each of which may name an artifact by its sha256
    private record References(Set<String> contents, Set<String> words) {}

    /// A revision that was in place.
    ///
    /// @param downloads its artifacts, by sha256
    private record Put(String digest, List<String> downloads) {
        static Put of(DesiredSet set) {
            return new Put(
                    set.digest(),
                    set.content().artifactsOrEmpty().stream()
                            .map(Artifact::sha256)
                            .toList());
        }
    }

    /// By set, latest first.
    private record History(Map<String, List<Put>> sets) {}

    void tidy(Document document, Desired desired, Inventory inventory) {
        try {
            remember(desired);
            var references = references(document, inventory);
            if (references.equals(tidied)) {
                return;
            }
            artifacts.keepOnly(artifacts.list().stream()
                    .filter(sha256 -> references.words().stream().anyMatch(word -> word.contains(sha256)))
                    .collect(Collectors.toSet()));
            renderings.keepOnly(references.contents());
            tidied = references;
        } catch (IOException e) {
            LOG.warnv("old artifacts or revisions could not be removed: {0}", e.getMessage());
        }
    }

    private References references(Document document, Inventory inventory) {
        var contents = new HashSet<String>();
        var words = new HashSet<String>();
        document.state().assignments().forEach(entry -> {
            contents.add(entry.source());
            contents.add(entry.runs());
        });
        history.sets().values().stream().flatMap(List::stream).forEach(put -> {
            contents.add(put.digest());
            words.addAll(put.downloads());
        });
        inventory.owned().values().forEach(owned -> words.addAll(owned.paths().values()));
        Stream.concat(
                        inventory.runs().values().stream(),
                        inventory.instances().values().stream().flatMap(each -> each.known().values().stream()))
                .map(RunsWith::inputs)
                .forEach(inputs -> words.addAll(inputs.values()));
        return new References(contents, words);
    }

    private void remember(Desired desired) throws IOException {
        var sets = new TreeMap<String, List<Put>>();
        for (var set : desired.sets()) {
            var name = set.id().toString();
            var put = Put.of(set);
            var earlier = history.sets().getOrDefault(name, List.of()).stream()
                    .filter(each -> !each.digest().equals(put.digest()));
            sets.put(name, Stream.concat(Stream.of(put), earlier).limit(KEPT).toList());
        }
        if (!sets.equals(history.sets())) {
            var now = new History(sets);
            state.write(FILE, Codec.bytes(now));
            history = now;
        }
    }
}
