package dev.underway.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.underway.model.Revision.Content;
import dev.underway.model.Revision.UnitText;
import dev.underway.model.Templates.Missing;
import dev.underway.model.Templates.Values;
import dev.underway.model.UnitSetSpec.ManagedFile;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TemplatesTest {
    private static final Map<String, String> LABELS = Map.of("zone", "a", "host.underway.dev/rack", "r-7", "none", "");
    private static final Map<String, String> FACTS =
            Map.of("ip", "fd00::7", "os", "Debian GNU/Linux 12 (bookworm)", "kernel", "6.1\nExecStart=/bin/evil");

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # template                                   | what web1 gets
        ${host.name}                                 | web1
        <${host.labels.zone}>                        | <a>
        ${host.labels.host.underway.dev/rack}        | r-7
        [${host.facts.ip}]:80                        | [fd00::7]:80
        ${host.name}${host.name}                     | web1web1
        ${HOST} $HOME ${} $${X} $$ ${hostname}       | ${HOST} $HOME ${} $${X} $$ ${hostname}
        $${host.name}                                | ${host.name}
        $$${host.name}                               | $${host.name}
        $$${host.name} ${host.name}                  | $${host.name} web1
        $${host.                                     | ${host.
        """)
    void putsValuesInTheirPlaces(String template, String text) {
        assertThat(rendered(template)).isEqualTo(text);
    }

    @Test
    void leavesWhatIsNoTemplateAsItIs() {
        var content = new Content(
                null,
                List.of(file("${host.name}", null)),
                List.of(new UnitText("web.service", "${host.name}", Map.of("a.conf", "$${host.name}"))));

        assertThat(Templates.of(content).present()).isFalse();
        assertThat(Templates.render(content, Map.of())).isEqualTo(content);
    }

    @Test
    void rendersUnitsAndDropInsToo() {
        var unit = new UnitText(
                "web.service", "[Service]\nUser=${host.name}", Map.of("a.conf", "[Unit]\n#${host.labels.zone}"), true);
        var content = new Content(null, null, List.of(unit));

        var units = Templates.render(content, values(content)).unitsOrEmpty();

        assertThat(units)
                .containsExactly(new UnitText("web.service", "[Service]\nUser=web1", Map.of("a.conf", "[Unit]\n#a")));
    }

    @Test
    void takesOnlyTheValuesThatAreUsed() {
        var content = content("${host.labels.zone}");

        assertThat(values(content)).isEqualTo(Map.of("labels.zone", "a"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # template          | what is told
        ${host.labels.rack} | the host has no value for ${host.labels.rack}
        ${host.labels.none} | the host's value for ${host.labels.none} is empty
        ${host.facts.kernel} | might mean more than itself
        """)
    void saysWhichValueAHostLacks(String template, String message) {
        var answer = Templates.of(content(template)).on("web1", LABELS, FACTS);

        assertThat(answer)
                .isInstanceOfSatisfying(
                        Missing.class, missing -> assertThat(missing.message()).contains(message));
    }

    /// Whoever has a host's credential chooses its facts. None may say more than one word in one line.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\nExecStart=/bin/evil",
                "a\rb",
                "a\u2028b",
                "a\u0000",
                "a\\",
                "a\"b",
                "a'b",
                "a`id`",
                "$(id)",
                "${host.name}",
                "%h",
                "a;b",
                "a=b",
                "a#b",
                "[Service]",
                "{x}",
                "a&b",
                "a|b",
                "a<b",
                "a*",
                "ü",
                " a",
                "a ",
                "a  b",
                "a\tb"
            })
    void takesNoValueThatMightMeanMoreThanItself(String value) {
        var content = content("x: \"${host.facts.ip}\"");

        assertThat(Templates.of(content).on("web1", LABELS, Map.of("ip", value)))
                .isInstanceOf(Missing.class);
        assertThatThrownBy(() -> Templates.render(content, Map.of("facts.ip", value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("${host.facts.ip}");
    }

    @Test
    void takesNoBlankBecauseItWouldBeginAnotherArgument() {
        var unit = new UnitText("web.service", "[Service]\nExecStart=/bin/x --os=${host.facts.os}", null, true);
        var content = new Content(null, null, List.of(unit));

        assertThat(Templates.of(content).on("web1", LABELS, FACTS)).isInstanceOf(Missing.class);
        assertThatThrownBy(() -> Templates.render(content, Map.of("facts.os", "a b")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void takesNoValueThatIsTooLong() {
        var templates = Templates.of(content("${host.facts.ip}"));

        assertThat(templates.on("web1", LABELS, Map.of("ip", "a".repeat(256)))).isInstanceOf(Values.class);
        assertThat(templates.on("web1", LABELS, Map.of("ip", "a".repeat(257)))).isInstanceOf(Missing.class);
    }

    @Test
    void rendersNothingWithoutAllValues() {
        assertThatThrownBy(() -> Templates.render(content("${host.labels.zone}"), Map.of("name", "web1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there is no value for ${host.labels.zone}");
    }

    @Property(tries = 300)
    void neverTouchesWhatIsNoToken(@ForAll("texts") String text) {
        var others = text.replace("${host.", "${hast.");

        assertThat(rendered(others)).isEqualTo(others);
    }

    @Property(tries = 300)
    void givesBackWhatWasEscaped(@ForAll("texts") String text) {
        assertThat(rendered(text.replace("${host.", "$${host."))).isEqualTo(text);
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.of("$", "{", "}", "${host.", "$${host.", "host.", "name", "\n", "x", "%n")
                .list()
                .ofMaxSize(12)
                .map(parts -> String.join("", parts));
    }

    private static String rendered(String template) {
        var content = content(template);
        var file = Templates.render(content, values(content)).filesOrEmpty().getFirst();
        return Objects.requireNonNull(file.content());
    }

    private static Map<String, String> values(Content content) {
        var answer = Templates.of(content).on("web1", LABELS, FACTS);
        assertThat(answer).isInstanceOf(Values.class);
        return ((Values) answer).byName();
    }

    private static Content content(String template) {
        return new Content(null, List.of(file(template, true)), null);
    }

    private static ManagedFile file(String text, @Nullable Boolean template) {
        return new ManagedFile("/etc/web/c", null, null, null, text, null, null, template);
    }
}
