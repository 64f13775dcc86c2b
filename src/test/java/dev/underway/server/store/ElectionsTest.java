package dev.underway.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(StoreAlone.class)
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
