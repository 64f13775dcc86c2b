package dev.underway.server.store;

import dev.underway.server.PostgresResource;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.List;
import java.util.Map;

/// The store on a real PostgreSQL of its own, without those of the server who write by themselves: a test of the store
/// says by how much its number may grow.
public final class StoreAlone implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "quarkus.arc.exclude-types",
                String.join(
                        ",",
                        "dev.underway.server.rollout.**",
                        "dev.underway.server.events.EventRecorder",
                        "dev.underway.server.api.NamespaceController",
                        "dev.underway.server.api.GarbageCollector"));
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(PostgresResource.class));
    }
}
