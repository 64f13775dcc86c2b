package dev.underway.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.Kind;
import dev.underway.server.PostgresResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(PostgresResource.class)
class PostgresStoreTest {
    @Inject
    ResourceStore store;

    @Test
    void aCreatedResourceIsReadBack() throws Exception {
        var key = Resource.Key.of(Kind.HOST, null, "a");
        ObjectNode body = Codec.JSON.createObjectNode();
        body.put("kind", "Host").putObject("metadata").put("name", "a");

        var created = store.write(key, current -> body);

        assertThat(store.get(key)).contains(created);
    }
}
