package dev.underway.server.gitops;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.GitSource;
import dev.underway.model.GitSourceSpec;
import dev.underway.model.Kind;
import dev.underway.server.store.ApiWrites;
import dev.underway.server.store.Follower;
import dev.underway.server.store.Resource;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.Selection;
import dev.underway.server.store.StoreException;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.jspecify.annotations.Nullable;

/// What everybody needs who works with GitSources: what they say, who owns what, and what a commit comes to.
@ApplicationScoped
class GitSources {
    private static final Duration CATCHING_UP = Duration.ofSeconds(10);

    private final ResourceStore store;
    private final CommitReader reader = new CommitReader();
    private final Applier applier;
    private final List<BiConsumer<Resource.Key, Inventory.Seen>> listeners = new CopyOnWriteArrayList<>();
    private final Inventory inventory =
            new Inventory((key, seen) -> listeners.forEach(listener -> listener.accept(key, seen)));
    private @Nullable Follower follower;

    GitSources(ResourceStore store, ApiWrites api) {
        this.store = store;
        this.applier = new Applier(api, store);
    }

    void start(@Observes StartupEvent event) {
        follower = Follower.start("git sources' inventory", store, Inventory.KINDS, inventory);
    }

    void stop(@Observes ShutdownEvent event) {
        if (follower != null) {
            follower.close();
        }
    }

    /// Tells `listener` of every change to what a repository may hold, on one thread.
    void listen(BiConsumer<Resource.Key, Inventory.Seen> listener) {
        listeners.add(listener);
    }

    Applier applier() {
        return applier;
    }

    /// The source as it is stored, empty when there is none or it goes.
    Optional<Resource> find(SourceId id) throws StoreException {
        return store.get(id.key()).filter(resource -> !resource.deleting());
    }

    /// Waits until the inventory knows everything that is committed now; false when that takes too long.
    boolean catchUp() throws StoreException, InterruptedException {
        return follower != null && follower.awaitReached(store.current(), CATCHING_UP);
    }

    Map<Resource.Key, Inventory.Live> world() {
        return inventory.view();
    }

    /// What `commit` comes to, after `applied`.
    ///
    /// @param applied the commit that is applied, null when none is, or when it was read by other rules
    Proposal propose(
            SourceId id,
            GitSourceSpec spec,
            Repository repository,
            ObjectId commit,
            @Nullable ObjectId applied,
            Set<Resource.Key> suspects)
            throws IOException {
        var content = reader.read(repository, commit, spec.directory(), id.namespace());
        return Proposal.of(id, content, objects(id, spec, repository, applied), world(), suspects, new KnownHosts());
    }

    private Map<Resource.Key, ObjectNode> objects(
            SourceId id, GitSourceSpec spec, Repository repository, @Nullable ObjectId applied) throws IOException {
        if (applied == null || !repository.getObjectDatabase().has(applied)) {
            return Map.of();
        }
        var objects = new HashMap<Resource.Key, ObjectNode>();
        reader.read(repository, applied, spec.directory(), id.namespace())
                .manifests()
                .forEach(manifest -> objects.putIfAbsent(manifest.key(), manifest.object()));
        return objects;
    }

    /// The commit that counts now, null when there is none.
    static @Nullable ObjectId head(Repository repository, GitSourceSpec spec) throws IOException {
        return commit(repository, spec.ref());
    }

    /// The commit to which a reference leads, through a tag too; null when it leads to none.
    static @Nullable ObjectId commit(Repository repository, String ref) throws IOException {
        return repository.resolve(ref + "^{commit}");
    }

    /// The commit that is applied by the rules that hold now.
    static @Nullable ObjectId applied(Resource resource, GitSource source) {
        var status = source.status();
        if (status == null
                || status.applied() == null
                || !ObjectId.isId(status.applied().id())
                || !Long.valueOf(resource.generation()).equals(status.appliedGeneration())) {
            return null;
        }
        return ObjectId.fromString(status.applied().id());
    }

    /// Whether the name of a reference is one that the server's own bookkeeping uses.
    static boolean isOurs(String ref) {
        return !ref.startsWith(Constants.R_HEADS) && !ref.startsWith(Constants.R_TAGS);
    }

    /// Hosts, read when it matters first.
    private final class KnownHosts implements Proposal.Hosts {
        private @Nullable Map<String, Map<String, String>> labels;

        @Override
        public String common(Claims one, Claims other) {
            return labels().entrySet().stream()
                    .filter(host -> one.picks(host.getValue()) && other.picks(host.getValue()))
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElse("");
        }

        private Map<String, Map<String, String>> labels() {
            var known = labels;
            if (known == null) {
                known = new HashMap<>();
                try {
                    for (var host : store.list(Kind.HOST, Selection.ALL)) {
                        known.put(host.key().name(), host.labels());
                    }
                } catch (StoreException e) {
                    // Then it is the agents who find the conflict.
                }
                labels = known;
            }
            return known;
        }
    }
}
