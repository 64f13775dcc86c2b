package dev.underway.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.underway.model.Codec;
import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodiesTest {
    @Test
    void jsonNamesTheFieldsThatOccurTwice() {
        var sent = Bodies.object(Requests.of(
                "POST", "application/json; charset=utf-8", "{\"a\":1,\"s\":{\"u\":[{\"n\":1,\"n\":2}]},\"a\":3}"));

        assertThat(sent.duplicates()).containsExactly("s.u[0].n", "a");
        assertThat(sent.object().path("a").asInt()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "7", "{} {}", "{\"a\":}", "null"})
    void refusesWhatIsNotOneJsonObject(String body) {
        assertThatThrownBy(() -> Bodies.object(Requests.of("POST", "application/json", body)))
                .isInstanceOfSatisfying(Refusal.class, r -> assertThat(r.code()).isEqualTo(400));
    }

    @Test
    void refusesJsonThatIsNestedWithoutEnd() {
        assertThatThrownBy(() -> Bodies.object(Requests.of("POST", "application/json", "{\"a\":".repeat(5000))))
                .isInstanceOfSatisfying(Refusal.class, r -> assertThat(r.code()).isEqualTo(400));
    }

    @Test
    void readsOneYamlDocument() {
        var sent = Bodies.object(Requests.of("POST", "application/yaml", "kind: Host\nmetadata: {name: a}\n"));

        assertThat(sent.object().at("/metadata/name").asText()).isEqualTo("a");
    }

    @Test
    void namesTheLineOfAYamlBodyThatCannotBeRead() {
        assertThatThrownBy(() -> Bodies.object(Requests.of("POST", "application/yaml", "kind: Host\nkind: Host\n")))
                .hasMessageStartingWith("the body is not a YAML manifest: line 2");
    }

    @Test
    void refusesAMediaTypeThatItDoesNotKnow() {
        assertThatThrownBy(() -> Bodies.object(Requests.of("POST", "text/html", "<p>")))
                .isInstanceOfSatisfying(Refusal.class, r -> assertThat(r.code()).isEqualTo(415));
    }

    @Test
    void readsTheProtobufOfANamespace() {
        var labels = message(11, concat(text(1, "team"), text(2, "shop")));
        var metadata = message(1, concat(text(1, "shop"), text(3, ""), labels, text(4, "a self link")));
        var body = unknown("v1", "Namespace", concat(metadata, message(2, new byte[0]), message(3, new byte[0])));

        var sent = Bodies.object(Requests.of("POST", Protobuf.MEDIA_TYPE, body));

        assertThat(sent.object().toString())
                .isEqualTo("{\"apiVersion\":\"v1\",\"kind\":\"Namespace\","
                        + "\"metadata\":{\"name\":\"shop\",\"namespace\":\"\",\"labels\":{\"team\":\"shop\"}}}");
    }

    @Test
    void readsTheProtobufOfDeleteOptions() {
        var options = concat(new byte[] {1 << 3, 0}, message(2, text(1, "u-1")), text(4, "Background"), text(5, "All"));

        var sent = Bodies.object(Requests.of("DELETE", Protobuf.MEDIA_TYPE, unknown("v1", "DeleteOptions", options)));

        assertThat(sent.object())
                .isEqualTo(Codec.tree(java.util.Map.of(
                        "apiVersion",
                        "v1",
                        "kind",
                        "DeleteOptions",
                        "gracePeriodSeconds",
                        0L,
                        "preconditions",
                        java.util.Map.of("uid", "u-1"),
                        "propagationPolicy",
                        "Background",
                        "dryRun",
                        java.util.List.of("All"))));
    }

    @Test
    void refusesProtobufOfOtherKinds() {
        var body = unknown("v1", "Secret", new byte[0]);

        assertThatThrownBy(() -> Bodies.object(Requests.of("POST", Protobuf.MEDIA_TYPE, body)))
                .isInstanceOfSatisfying(Refusal.class, r -> assertThat(r.code()).isEqualTo(415));
    }

    @Test
    void neverFallsOverProtobufThatIsCut() {
        var body = unknown("v1", "Namespace", message(1, text(1, "shop")));
        for (int length = 0; length < body.length; length++) {
            var cut = java.util.Arrays.copyOf(body, length);
            try {
                Bodies.object(Requests.of("POST", Protobuf.MEDIA_TYPE, cut));
            } catch (Refusal refusal) {
                assertThat(refusal.code()).isIn(400, 415);
            }
        }
    }

    private static byte[] unknown(String apiVersion, String kind, byte[] raw) {
        return concat(
                new byte[] {'k', '8', 's', 0},
                message(1, concat(text(1, apiVersion), text(2, kind))),
                message(2, raw),
                text(3, ""),
                text(4, ""));
    }

    private static byte[] text(int number, String text) {
        return message(number, text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private static byte[] message(int number, byte[] content) {
        assertThat(content.length).isLessThan(128);
        return concat(new byte[] {(byte) (number << 3 | 2), (byte) content.length}, content);
    }

    private static byte[] concat(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (var part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
