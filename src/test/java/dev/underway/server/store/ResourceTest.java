package dev.underway.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Kind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a resource may be called at all, whatever its kind.
class ResourceTest {
    @ParameterizedTest
    @ValueSource(strings = {"a\0", "\0", "a\n", "a b", "a\u007f", "a\u009b", "a\ud800", "\u00e9"})
    void whatIsNoNameIsNotStorable(String text) {
        assertThat(Resource.Key.of(Kind.UNIT_SET, "shop", text).isStorable()).isFalse();
        assertThat(Resource.Key.of(Kind.UNIT_SET, text, "web").isStorable()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"web", "web.host-1", "system:masters", "web.17f3a"})
    void whatIsANameIs(String text) {
        assertThat(Resource.Key.of(Kind.UNIT_SET, "shop", text).isStorable()).isTrue();
        assertThat(Resource.Key.of(Kind.HOST, null, text).isStorable()).isTrue();
    }
}
