package dev.underway.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.server.PostgresResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(PostgresResource.class)
class ElectionsTest {
    @Inject
    Elections elections;

    @Test
    void oneLeadsAtATimeAndTheNextWhenItStops() {
        try (var first = elections.take("tests").orElseThrow()) {
            assertThat(first.holds()).isTrue();
            assertThat(elections.take("tests")).isEmpty();
        }

        try (var next = elections.take("tests").orElseThrow()) {
            assertThat(next.holds()).isTrue();
        }
    }
}
