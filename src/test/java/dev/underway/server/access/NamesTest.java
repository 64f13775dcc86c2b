package dev.underway.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
    @ParameterizedTest
    @ValueSource(strings = {"web-1", "a", "1", "web-1.zone-a.example"})
    void takesNamesOfDns(String name) {
        assertThat(Names.isHost(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Web", "web_1", "-web", "web-", "a..b", ".a", "a.", "web 1", "web\n", "../etc", "wéb"})
    void refusesOthers(String name) {
        assertThat(Names.isHost(name)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "web.a", "Web", "web\n", "web\0", "web/a"})
    void aLabelHasNoDotsEither(String name) {
        assertThat(Names.isLabel("web-1")).isTrue();
        assertThat(Names.isLabel(name)).isFalse();
    }

    @Property
    void aPatternMeansWhatTheRegularExpressionMeans(
            @ForAll @StringLength(max = 6) @Chars({'a', 'b', '*'}) String pattern,
            @ForAll @StringLength(max = 8) @CharRange(from = 'a', to = 'b') String name) {
        var expression = Stream.of(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));

        assertThat(Names.hostMatches(pattern, name)).isEqualTo(name.matches(expression));
    }
}
