package dev.underway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThreeWayMergeTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # when                                    | last applied        | wanted              | live                      | patch
            nothing differs                           | {a: 1}              | {a: 1}              | {a: 1}                    | {}
            the server added a field                  | {a: 1}              | {a: 1}              | {a: 1, status: {x: 1}}    | {}
            a value differs                           | {a: 1}              | {a: 2}              | {a: 1}                    | {a: 2}
            somebody else changed it                  | {a: 1}              | {a: 1}              | {a: 3}                    | {a: 1}
            a field is no longer wanted               | {a: 1, b: 2}        | {a: 1}              | {a: 1, b: 2}              | {b: null}
            and was already removed                   | {a: 1, b: 2}        | {a: 1}              | {a: 1}                    | {}
            a field of somebody else                  | {a: 1}              | {a: 1}              | {a: 1, c: 9}              | {}
            never applied: nothing is removed         |                     | {a: 1}              | {a: 1, b: 2}              | {}
            deep inside                               | {s: {a: 1, b: 2}}   | {s: {a: 3}}         | {s: {a: 1, b: 2, c: 4}}   | {s: {a: 3, b: null}}
            a whole object is no longer wanted        | {s: {a: 1}, t: 1}   | {t: 1}              | {s: {a: 1, c: 4}, t: 1}   | {s: null}
            a list differs in one element             | {l: [1, 2]}         | {l: [1, 3]}         | {l: [1, 2]}               | {l: [1, 3]}
            an object becomes a list                  | {s: {a: 1}}         | {s: [1]}            | {s: {a: 1}}               | {s: [1]}
            an object where there was a text          | {s: x}              | {s: {a: 1}}         | {s: x}                    | {s: {a: 1}}
            null in a manifest means absent           | {a: 1}              | {a: null}           | {a: 1}                    | {a: null}
            null for what nobody has                  |                     | {a: null}           | {}                        | {}
            one number in two spellings               | {a: 1}              | {a: 1.0}            | {a: 1}                    | {}
            one number in two spellings, in a list    | {a: [{b: 1}]}       | {a: [{b: 1.0}]}     | {a: [{b: 1}]}             | {}
            """)
    void patchIsWhatKubectlWouldSend(String when, String lastApplied, String wanted, String live, String patch)
            throws Exception {
        var result = ThreeWayMerge.patch(lastApplied == null ? null : tree(lastApplied), tree(wanted), tree(live));

        assertThat(result).describedAs(when).isEqualTo(tree(patch));
    }

    @Test
    void annotationHasTheBytesThatKubectlWrites() throws Exception {
        var manifest = tree("{spec: {b: '<&>', a: [1, 2.5, true]}, kind: UnitSet, metadata: {name: web}}");

        var annotated = LastApplied.annotate(manifest);

        assertThat(annotated
                        .at("/metadata/annotations")
                        .path(LastApplied.ANNOTATION)
                        .asText())
                .isEqualTo("""
                        {"kind":"UnitSet","metadata":{"annotations":{},"name":"web"},"spec":{"a":[1,2.5,true],"b":"\\u003c\\u0026\\u003e"}}
                        """);
    }

    @Test
    void annotationNeverHoldsItself() throws Exception {
        var once = LastApplied.annotate(tree("{metadata: {name: web, annotations: {a: b}}, spec: {}}"));

        var twice = LastApplied.annotate(once);

        assertThat(twice).isEqualTo(once);
        assertThat(LastApplied.of(twice)).isEqualTo(tree("{metadata: {name: web, annotations: {a: b}}, spec: {}}"));
    }

    @Test
    void spoiledAnnotationCountsAsNone() throws Exception {
        var live = tree("{metadata: {annotations: {'" + LastApplied.ANNOTATION + "': '{not json'}}}");

        assertThat(LastApplied.of(live)).isNull();
    }

    private static ObjectNode tree(String text) throws Exception {
        return Codec.JSON
                .readerFor(ObjectNode.class)
                .with(com.fasterxml.jackson.core.JsonParser.Feature.ALLOW_UNQUOTED_FIELD_NAMES)
                .with(com.fasterxml.jackson.core.JsonParser.Feature.ALLOW_SINGLE_QUOTES)
                .readValue(text.replaceAll("([:\\[ ])(?!null|true|false)([a-zA-Z]\\w*)(?=[,}\\]])", "$1'$2'"));
    }
}
