package dev.underway.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PatchesTest {
    /// The objects among the examples of RFC 7386, appendix A.
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
                # original                | patch                            | result
                {"a":"b"}                 | {"a":"c"}                        | {"a":"c"}
                {"a":"b"}                 | {"b":"c"}                        | {"a":"b","b":"c"}
                {"a":"b"}                 | {"a":null}                       | {}
                {"a":"b","b":"c"}         | {"a":null}                       | {"b":"c"}
                {"a":["b"]}               | {"a":"c"}                        | {"a":"c"}
                {"a":"c"}                 | {"a":["b"]}                      | {"a":["b"]}
                {"a":{"b":"c"}}           | {"a":{"b":"d","c":null}}         | {"a":{"b":"d"}}
                {"a":[{"b":"c"}]}         | {"a":[1]}                        | {"a":[1]}
                {"e":null}                | {"a":1}                          | {"e":null,"a":1}
                {}                        | {"a":{"bb":{"ccc":null}}}        | {"a":{"bb":{}}}
                """)
    void mergePatchesDoWhatRfc7386Says(String original, String patch, String result) throws Exception {
        var patches = Patches.of(Kind.UNIT_SET, Requests.of("PATCH", "application/merge-patch+json", patch));

        assertThat(patches.apply(object(original))).isEqualTo(object(result));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
                {"a":1}      | [{"op":"add","path":"/b","value":2}]                   | {"a":1,"b":2}
                {"a":[1,3]}  | [{"op":"add","path":"/a/1","value":2}]                 | {"a":[1,2,3]}
                {"a":[1]}    | [{"op":"add","path":"/a/-","value":2}]                 | {"a":[1,2]}
                {"a":1,"b":2}| [{"op":"remove","path":"/a"}]                          | {"b":2}
                {"a":1}      | [{"op":"test","path":"/a","value":1},{"op":"replace","path":"/a","value":2}] | {"a":2}
                {"a":1}      | [{"op":"move","from":"/a","path":"/b"}]                | {"b":1}
                {"a":1}      | [{"op":"copy","from":"/a","path":"/b"}]                | {"a":1,"b":1}
                {"a/b":1}    | [{"op":"replace","path":"/a~1b","value":2}]            | {"a/b":2}
                """)
    void jsonPatchesDoWhatRfc6902Says(String original, String patch, String result) throws Exception {
        var patches = Patches.of(Kind.UNIT_SET, Requests.of("PATCH", "application/json-patch+json", patch));

        assertThat(patches.apply(object(original))).isEqualTo(object(result));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"op\":\"remove\",\"path\":\"/nope\"}]",
                "[{\"op\":\"replace\",\"path\":\"/nope\",\"value\":1}]",
                "[{\"op\":\"test\",\"path\":\"/a\",\"value\":2}]",
                "[{\"op\":\"test\",\"path\":\"/nope\",\"value\":2}]",
                "[{\"op\":\"move\",\"from\":\"/nope\",\"path\":\"/b\"}]",
                "[{\"op\":\"copy\",\"from\":\"/nope\",\"path\":\"/b\"}]",
                "[{\"op\":\"add\",\"path\":\"/nope/deep\",\"value\":2}]",
                "[{\"op\":\"bake\",\"path\":\"/a\"}]",
                "[{\"path\":\"/a\"}]",
                "[7]",
                "[{\"op\":\"remove\",\"path\":\"\"}]",
                "[{\"op\":\"add\",\"path\":\"/b\",\"value\":[]},{\"op\":\"add\",\"path\":\"/b/name\",\"value\":1}]",
                "[{\"op\":\"add\",\"path\":\"/a/0\",\"value\":1}]"
            })
    void aJsonPatchThatDoesNotFitIsUnprocessable(String patch) throws Exception {
        var patches = Patches.of(Kind.UNIT_SET, Requests.of("PATCH", "application/json-patch+json", patch));
        var object = object("{\"a\":1}");

        assertThatThrownBy(() -> patches.apply(object))
                .isInstanceOfSatisfying(Refusal.class, r -> assertThat(r.code()).isEqualTo(422));
        assertThat(object).isEqualTo(object("{\"a\":1}"));
    }

    @Test
    void aJsonPatchThatCopiesTheWholeIntoItselfAgainAndAgainIsTooLarge() throws Exception {
        var operations = Codec.JSON.createArrayNode();
        for (int i = 0; i < 30; i++) {
            operations.addObject().put("op", "copy").put("from", "/spec").put("path", "/spec/c" + i);
        }
        var patches =
                Patches.of(Kind.UNIT_SET, Requests.of("PATCH", "application/json-patch+json", Codec.bytes(operations)));

        assertThatThrownBy(() -> patches.apply(object("{\"spec\":{\"a\":\"0123456789\"}}")))
                .isInstanceOfSatisfying(Refusal.class, r -> assertThat(r.code()).isEqualTo(413));
    }

    @Test
    void strategicPatchesAreForTheKindsThatKubectlKnowsItself() throws Exception {
        var patch = "{\"metadata\":{\"labels\":{\"a\":\"b\"},\"$setElementOrder/finalizers\":[\"x\"]}}";
        var request = Requests.of("PATCH", "application/strategic-merge-patch+json", patch);

        assertThat(Patches.of(Kind.NAMESPACE, request).apply(object("{}")))
                .isEqualTo(object("{\"metadata\":{\"labels\":{\"a\":\"b\"}}}"));
        assertThatThrownBy(() -> Patches.of(Kind.UNIT_SET, request))
                .isInstanceOfSatisfying(Refusal.class, r -> assertThat(r.code()).isEqualTo(415));
    }

    private static ObjectNode object(String json) throws JsonProcessingException {
        return (ObjectNode) Codec.JSON.readTree(json);
    }
}
