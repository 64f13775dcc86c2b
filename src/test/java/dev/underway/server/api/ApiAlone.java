package dev.underway.server.api;

import dev.underway.server.PostgresResource;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.List;
import java.util.Map;

/// The API with a real PostgreSQL and TLS, without the controllers: they would write statuses into the transcripts.
public final class ApiAlone implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of("quarkus.arc.exclude-types", "dev.underway.server.rollout.**");
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(PostgresResource.class));
    }
}
