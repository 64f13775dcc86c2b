package dev.underway.server.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.underway.model.Codec;
import dev.underway.model.Kind;
import dev.underway.model.Manifests;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;

/// Whatever a client sends, the decoders answer it or refuse it, in bounded time and memory: never another exception.
class DecodersFuzzTest {
    /// Bytes that reading one body may allocate, garbage included: a tree is some forty times its text.
    private static final long MOST_ALLOCATED = 512L << 20;

    private static final long MOST_MILLISECONDS = 10_000;

    private static final String[] TEXTS = {
        Manifest.unitSet("web"),
        "{\"kind\":\"UnitSet\",\"spec\":{\"units\":[{\"name\":\"a\",\"n\":1e5,\"x\":null}],\"a\":\"\\u0000é\"}}",
        "kind: A\nb: &x [1, 'two', \"three\\n\", {a: *x}]\nc: |\n  text\n--- !!str\n? k\n: v\n...\n%YAML 1.2\n",
        "[{\"op\":\"add\",\"path\":\"/spec/units/-\",\"value\":{}},{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/a/b\"},"
                + "{\"op\":\"test\",\"path\":\"/~2\",\"value\":1}]",
        "role in (a,b),!x,zone notin (c),n>3,example.com/role=web,metadata.name!=x,spec.host==\\,y",
        "/apis/underway.dev/v1alpha1/namespaces/shop/unitsets/web/status",
        "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;q=0.5,*/*"
    };

    @Property
    void jsonIsReadOrRefused(@ForAll long seed) {
        decided(() -> Bodies.object(Requests.of("POST", "application/json", mutated(seed))));
    }

    @Property
    void yamlIsReadOrRefused(@ForAll long seed) {
        decided(() -> Bodies.object(Requests.of("POST", "application/yaml", mutated(seed))));
    }

    @Property
    void protobufIsReadOrRefused(@ForAll long seed) {
        decided(() -> Bodies.object(Requests.of("POST", Protobuf.MEDIA_TYPE, mutatedProtobuf(seed))));
    }

    @Property
    void manifestsAreReadOrRefused(@ForAll long seed) {
        try {
            Manifests.read(new String(mutated(seed), UTF_8));
        } catch (Manifests.ManifestException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    @Property
    void patchesAreAppliedOrRefused(@ForAll long seed) throws Exception {
        var types = List.of(
                "application/json-patch+json",
                "application/merge-patch+json",
                "application/strategic-merge-patch+json");
        var original = Manifests.read(Manifest.unitSet("web")).getFirst().body();
        var type = types.get((int) Math.floorMod(seed, (long) types.size()));

        decided(() -> Patches.of(Kind.NAMESPACE, Requests.of("PATCH", type, mutated(seed)))
                .apply(original.deepCopy()));
    }

    @Property
    void pathsMeanSomethingOrNothing(@ForAll long seed, @ForAll String any) {
        assertThat(RequestPath.of(new String(mutated(seed), UTF_8))).isNotNull();
        assertThat(RequestPath.of("/" + any)).isNotNull();
    }

    @Property
    void selectorsAreReadOrRefused(@ForAll long seed, @ForAll String any) {
        var text = new String(mutated(seed), UTF_8);
        for (var selector : List.of(text, any)) {
            decided(() -> Selectors.labels(selector).test(Map.of("role", "a")));
            decided(() -> Selectors.fields(Kind.ASSIGNMENT, selector).test(Map.of("spec.host", "a")));
        }
    }

    @Property
    void headersAreReadOrRefused(@ForAll long seed, @ForAll String any) {
        decided(() -> Form.negotiate(new String(mutated(seed), UTF_8)));
        decided(() -> Form.negotiate(any));
        decided(() -> Bodies.object(Requests.of("POST", any, "{}")));
    }

    @Property(tries = 50)
    void whatIsReadIsAdmittedOrRefused(@ForAll long seed) {
        decided(() -> {
            var sent = Bodies.object(Requests.of("POST", "application/json", mutatedTree(seed)));
            Admission.strictly(
                    Kind.UNIT_SET, sent.object(), sent.duplicates(), Request.FieldValidation.WARN, new ArrayList<>());
            return Admission.checked(Kind.UNIT_SET, Admission.created(Kind.UNIT_SET, "shop", sent.object()), null);
        });
    }

    @Example
    @Label("as many duplicate fields as fit, far down a path of long names")
    void duplicatesUnderALongPath() {
        var name = "{\"" + "n".repeat(40_000) + "\":";
        var body = name.repeat(30) + "{" + "\"a\":1,".repeat(200_000) + "\"b\":1" + "}".repeat(31);

        bounded("application/json", body);
    }

    @Example
    void unknownFieldsWithoutEnd() {
        var body = new StringBuilder(
                "{\"apiVersion\":\"underway.dev/v1alpha1\",\"kind\":\"UnitSet\",\"metadata\":{\"name\":\"a\"}");
        for (int i = 0; i < 200_000; i++) {
            body.append(",\"f").append(i).append("\":1");
        }
        var warnings = new ArrayList<String>();
        var sent = Bodies.object(Requests.of("POST", "application/json", body + "}"));

        Admission.strictly(Kind.UNIT_SET, sent.object(), List.of(), Request.FieldValidation.WARN, warnings);

        assertThat(warnings).hasSizeBetween(1, 100);
    }

    @Example
    void nestingWithoutEnd() {
        bounded("application/json", "{\"a\":".repeat(500_000));
        bounded("application/json", "[".repeat(3_000_000));
        bounded("application/yaml", "[".repeat(3_000_000));
        bounded("application/yaml", "{a: ".repeat(700_000));
        bounded("application/yaml", "- ".repeat(1_500_000));
        bounded("application/yaml", "? ".repeat(1_500_000));
    }

    @Example
    void longNumbersNamesAndTexts() {
        bounded("application/json", "{\"a\":" + "9".repeat(3_000_000) + "}");
        bounded("application/json", "{\"a\":1e" + "9".repeat(900) + "}");
        bounded("application/yaml", "a: 1e999999999\nb: " + "9".repeat(100_000) + "\n");
        bounded("application/json", "{\"" + "a".repeat(3_000_000) + "\":1}");
        bounded("application/yaml", "a".repeat(3_000_000) + ": 1");
        bounded("application/yaml", "a: " + "&a *a ".repeat(400_000));
        bounded("application/yaml", "%".repeat(3_000_000));
    }

    @Example
    void longSelectors() {
        for (var part : List.of(" ", "a", "a ", "(", "a in (", "!", ",", "a.", "-", "=", "a=b,", "\\,")) {
            var selector = part.repeat(16_000 / part.length());
            measured(() -> {
                decided(() -> Selectors.labels(selector));
                decided(() -> Selectors.labels(selector + "x y"));
                decided(() -> Selectors.fields(Kind.ASSIGNMENT, selector));
            });
        }
    }

    @Example
    void protobufThatPromisesMoreThanThereIs() {
        for (long length : new long[] {1, 127, Integer.MAX_VALUE, -1, Long.MAX_VALUE, Long.MIN_VALUE}) {
            var body = concat(new byte[] {'k', '8', 's', 0, 1 << 3 | 2}, varint(length), new byte[] {'x'});
            measured(() -> decided(() -> Bodies.object(Requests.of("POST", Protobuf.MEDIA_TYPE, body))));
        }
    }

    private static void bounded(String type, String body) {
        measured(() -> decided(() -> Bodies.object(Requests.of("POST", type, body))));
    }

    /// Fails when `work` takes too long, or allocates too much.
    private static void measured(Runnable work) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        long begin = System.nanoTime();

        work.run();

        assertThat((System.nanoTime() - begin) / 1_000_000).isLessThan(MOST_MILLISECONDS);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(MOST_ALLOCATED);
    }

    @FunctionalInterface
    private interface Decoding {
        Object run() throws Exception;
    }

    private static void decided(Decoding decoding) {
        try {
            assertThat(decoding.run()).isNotNull();
        } catch (Refusal refusal) {
            assertThat(refusal.code()).isBetween(400, 499);
            assertThat(Codec.bytes(refusal.status())).hasSizeLessThan(1 << 20);
        } catch (Exception e) {
            throw new AssertionError("neither decided nor refused", e);
        }
    }

    /// One of [#TEXTS] with a few bytes changed, cut, doubled or mixed with another.
    private static byte[] mutated(long seed) {
        var random = new Random(seed);
        var bytes = TEXTS[random.nextInt(TEXTS.length)].getBytes(UTF_8);
        return mutated(bytes, random);
    }

    private static byte[] mutated(byte[] bytes, Random random) {
        for (int i = random.nextInt(8); i > 0 && bytes.length > 0; i--) {
            int at = random.nextInt(bytes.length);
            int to = at + random.nextInt(bytes.length - at + 1);
            var part = Arrays.copyOfRange(bytes, at, to);
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] = (byte) "{}[]\":,\\&*!|>%@-?#0\n\t \u0000".charAt(random.nextInt(23));
                case 2 -> bytes = Arrays.copyOf(bytes, at);
                case 3 -> bytes = concat(Arrays.copyOf(bytes, to), part, Arrays.copyOfRange(bytes, to, bytes.length));
                default -> bytes = concat(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, to, bytes.length));
            }
        }
        return bytes;
    }

    /// A UnitSet in which fields have the values of others.
    private static byte[] mutatedTree(long seed) throws Exception {
        var random = new Random(seed);
        var tree = Manifests.read(Manifest.unitSet("web")).getFirst().body();
        var fields = tree.findParents("name");
        var odd =
                List.of("null", "7", "-1", "1e400", "true", "[]", "{}", "[[]]", "[null]", "{\"a\":[]}", "\"\\u0000\"");
        var text = tree.toString();
        for (int i = random.nextInt(4); i >= 0 && !fields.isEmpty(); i--) {
            var matcher = Pattern.compile(":(\"[^\"]*\"|\\[|\\{)").matcher(text);
            var at = matcher.results().skip(random.nextInt(6)).findFirst();
            if (at.isPresent() && at.get().group(1).startsWith("\"")) {
                text = text.substring(0, at.get().start(1))
                        + odd.get(random.nextInt(odd.size()))
                        + text.substring(at.get().end(1));
            }
        }
        return text.getBytes(UTF_8);
    }

    private static byte[] mutatedProtobuf(long seed) {
        var random = new Random(seed);
        var kinds =
                List.of("Namespace", "DeleteOptions", "SelfSubjectAccessReview", "SelfSubjectRulesReview", "Secret");
        var type = concat(
                field(1, "v1".getBytes(UTF_8)),
                field(2, kinds.get(random.nextInt(5)).getBytes(UTF_8)));
        var raw = mutated(
                concat(
                        field(1, concat(field(1, "shop".getBytes(UTF_8)), field(11, field(1, new byte[] {'a'})))),
                        new byte[] {1 << 3, 7},
                        field(2, field(1, field(2, "get".getBytes(UTF_8)))),
                        field(5, "All".getBytes(UTF_8))),
                random);
        var whole = concat(new byte[] {'k', '8', 's', 0}, field(1, type), field(2, raw));
        return random.nextBoolean() ? whole : mutated(whole, random);
    }

    private static byte[] field(int number, byte[] content) {
        return concat(varint((long) number << 3 | 2), varint(content.length), content);
    }

    private static byte[] varint(long value) {
        var bytes = new ByteArrayOutputStream();
        for (; (value & ~0x7fL) != 0; value >>>= 7) {
            bytes.write((int) (value & 0x7f | 0x80));
        }
        bytes.write((int) value);
        return bytes.toByteArray();
    }

    private static byte[] concat(byte[]... parts) {
        var bytes = new ByteArrayOutputStream();
        for (var part : parts) {
            bytes.writeBytes(part);
        }
        return bytes.toByteArray();
    }
}
