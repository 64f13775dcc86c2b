package dev.underway.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.underway.model.Kind;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SelectorsTest {
    @ParameterizedTest(name = "{0} on {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
                # selector                | labels        | picks
                role=web                  | role=web      | true
                role==web                 | role=web      | true
                role=web                  | role=db       | false
                role=web                  |               | false
                role=                     | role=         | true
                role!=web                 | role=db       | true
                role!=web                 |               | true
                role!=web                 | role=web      | false
                role in (web,db)          | role=db       | true
                role in ( web , db )      | role=db       | true
                role in (web)             |               | false
                role notin (web)          | role=db       | true
                role notin (web)          |               | true
                role notin (web,db)       | role=db       | false
                role                      | role=x        | true
                role                      |               | false
                !role                     |               | true
                ! role                    | role=x        | false
                n>3                       | n=4           | true
                n>3                       | n=3           | false
                n<3                       | n=-2          | true
                n<3                       | n=x           | false
                n<3                       |               | false
                role=web,zone=a           | role=web;zone=a | true
                role=web,zone=a           | role=web;zone=b | false
                role in (web),!canary     | role=web      | true
                role in (web),!canary     | role=web;canary=1 | false
                example.com/role=web      | example.com/role=web | true
                """)
    void labelSelectorsPickAsInKubernetes(String selector, String labels, boolean picks) {
        assertThat(Selectors.labels(selector).test(labels(labels))).isEqualTo(picks);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "role=web=db",
                "=web",
                "role in web",
                "role in (web",
                "role=_",
                "-a",
                "a b",
                "role>x",
                "a,,b",
                "(a)"
            })
    void refusesATextThatIsNoLabelSelector(String selector) {
        assertThatThrownBy(() -> Selectors.labels(selector))
                .isInstanceOfSatisfying(Refusal.class, r -> assertThat(r.code()).isEqualTo(400))
                .hasMessageStartingWith("unable to parse requirement");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
                # selector                          | picks
                spec.host=h1                        | true
                spec.host==h1                       | true
                spec.host!=h1                       | false
                spec.host!=h2                       | true
                spec.host=h1,spec.unitSet=web       | true
                spec.host=h1,spec.unitSet=db        | false
                metadata.name=web.h1                | true
                metadata.namespace=shop             | false
                """)
    void fieldSelectorsPickByTheFieldsOfAKind(String selector, boolean picks) {
        var fields = Map.of(
                "metadata.name", "web.h1", "metadata.namespace", "default", "spec.host", "h1", "spec.unitSet", "web");

        assertThat(Selectors.fields(Kind.ASSIGNMENT, selector).test(fields)).isEqualTo(picks);
    }

    @Test
    void refusesAFieldByWhichAKindCannotBeSelected() {
        assertThatThrownBy(() -> Selectors.fields(Kind.UNIT_SET, "spec.paused=true"))
                .hasMessage("field label not supported: spec.paused");
    }

    private static Map<String, String> labels(String text) {
        var labels = new TreeMap<String, String>();
        if (text != null) {
            for (var label : text.split(";")) {
                var equals = label.indexOf('=');
                labels.put(label.substring(0, equals), label.substring(equals + 1));
            }
        }
        return labels;
    }
}
