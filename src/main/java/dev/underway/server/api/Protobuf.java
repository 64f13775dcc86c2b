package dev.underway.server.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads the few messages that client-go sends as protobuf and does not repeat as JSON: `kubectl create namespace`,
/// the options of deletions by typed clients, `kubectl auth can-i` and `whoami`.
///
/// A body is the magic `k8s\0` and a `runtime.Unknown{typeMeta = 1, raw = 2}`; `raw` is read by a table of field
/// numbers, those of `k8s.io/api/**/generated.proto`. Fields outside the table are skipped: nothing here uses them.
final class Protobuf {
    static final String MEDIA_TYPE = "application/vnd.kubernetes.protobuf";

    private static final byte[] MAGIC = {'k', '8', 's', 0};
    private static final int MAX_DEPTH = 16;

    /// A message: its fields by number.
    private record Message(Map<Integer, Field> fields) {}

    private record Field(
            String name,
            Type type,
            boolean repeated,
            @Nullable Message message) {
        static Field text(String name) {
            return new Field(name, Type.TEXT, false, null);
        }

        static Field texts(String name) {
            return new Field(name, Type.TEXT, true, null);
        }

        static Field number(String name) {
            return new Field(name, Type.NUMBER, false, null);
        }

        static Field flag(String name) {
            return new Field(name, Type.FLAG, false, null);
        }

        static Field map(String name) {
            return new Field(name, Type.MAP, false, null);
        }

        static Field message(String name, Message message) {
            return new Field(name, Type.MESSAGE, false, message);
        }
    }

    private enum Type {
        TEXT,
        NUMBER,
        FLAG,
        MAP,
        MESSAGE;

        /// The wire type: of a varint, or of something with a length.
        int wire() {
            return this == NUMBER || this == FLAG ? 0 : 2;
        }
    }

    private static final Message META = new Message(Map.of(
            1, Field.text("name"),
            2, Field.text("generateName"),
            3, Field.text("namespace"),
            11, Field.map("labels"),
            12, Field.map("annotations"),
            14, Field.texts("finalizers")));
    private static final Message TYPE_META = new Message(Map.of(1, Field.text("apiVersion"), 2, Field.text("kind")));
    private static final Message NAMESPACE = new Message(Map.of(1, Field.message("metadata", META)));
    private static final Message PRECONDITIONS =
            new Message(Map.of(1, Field.text("uid"), 2, Field.text("resourceVersion")));
    private static final Message DELETE_OPTIONS = new Message(Map.of(
            1, Field.number("gracePeriodSeconds"),
            2, Field.message("preconditions", PRECONDITIONS),
            3, Field.flag("orphanDependents"),
            4, Field.text("propagationPolicy"),
            5, Field.texts("dryRun")));
    private static final Message RESOURCE_ATTRIBUTES = new Message(Map.of(
            1, Field.text("namespace"),
            2, Field.text("verb"),
            3, Field.text("group"),
            4, Field.text("version"),
            5, Field.text("resource"),
            6, Field.text("subresource"),
            7, Field.text("name")));
    private static final Message NON_RESOURCE_ATTRIBUTES =
            new Message(Map.of(1, Field.text("path"), 2, Field.text("verb")));
    private static final Message ACCESS_REVIEW = spec(new Message(Map.of(
            1, Field.message("resourceAttributes", RESOURCE_ATTRIBUTES),
            2, Field.message("nonResourceAttributes", NON_RESOURCE_ATTRIBUTES))));
    private static final Message RULES_REVIEW = spec(new Message(Map.of(1, Field.text("namespace"))));
    private static final Message REVIEW = new Message(Map.of());

    private static final Map<String, Message> MESSAGES = Map.of(
            "Namespace", NAMESPACE,
            "DeleteOptions", DELETE_OPTIONS,
            "SelfSubjectAccessReview", ACCESS_REVIEW,
            "SelfSubjectRulesReview", RULES_REVIEW,
            "SelfSubjectReview", REVIEW);

    private Protobuf() {}

    private static Message spec(Message spec) {
        return new Message(Map.of(2, Field.message("spec", spec)));
    }

    /// The object, with apiVersion and kind. Refuses what is not one of the known messages.
    static ObjectNode read(byte[] body) {
        if (body.length < MAGIC.length || !Arrays.equals(body, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw Refusal.badRequest("the body is not Kubernetes protobuf: its magic number is missing");
        }
        var unknown = ByteBuffer.wrap(body, MAGIC.length, body.length - MAGIC.length);
        ObjectNode type = Codec.JSON.createObjectNode();
        var raw = ByteBuffer.allocate(0);
        while (unknown.hasRemaining()) {
            var tag = varint(unknown);
            switch ((int) tag) {
                case 1 << 3 | 2 -> read(TYPE_META, bytes(unknown), type, 0);
                case 2 << 3 | 2 -> raw = bytes(unknown);
                default -> skip(tag, unknown);
            }
        }
        var kind = type.path("kind").asText();
        var message = MESSAGES.get(kind);
        if (message == null) {
            throw Refusal.unsupportedMediaType(
                    "the body of the request was in an unknown format - " + (kind.isEmpty() ? "this kind" : kind)
                            + " is not accepted as protobuf; accepted media types include: application/json");
        }
        read(message, raw, type, 0);
        return type;
    }

    private static void read(Message message, ByteBuffer in, ObjectNode out, int depth) {
        if (depth > MAX_DEPTH) {
            throw malformed();
        }
        while (in.hasRemaining()) {
            var tag = varint(in);
            var field = message.fields().get((int) (tag >>> 3));
            if (field == null || (tag & 7) != field.type().wire()) {
                skip(tag, in);
                continue;
            }
            switch (field.type()) {
                case NUMBER -> out.put(field.name(), varint(in));
                case FLAG -> out.put(field.name(), varint(in) != 0);
                case TEXT -> {
                    if (field.repeated()) {
                        out.withArray("/" + field.name()).add(text(bytes(in)));
                    } else {
                        out.put(field.name(), text(bytes(in)));
                    }
                }
                case MAP -> {
                    var entry = Codec.JSON.createObjectNode();
                    var fields = Map.of(1, Field.text("key"), 2, Field.text("value"));
                    read(new Message(fields), bytes(in), entry, depth + 1);
                    out.withObject("/" + field.name())
                            .put(entry.path("key").asText(), entry.path("value").asText());
                }
                case MESSAGE -> {
                    var inner = field.message();
                    if (inner != null) {
                        read(inner, bytes(in), out.withObject("/" + field.name()), depth + 1);
                    }
                }
            }
        }
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }

    private static ByteBuffer bytes(ByteBuffer in) {
        var length = varint(in);
        if (length < 0 || length > in.remaining()) {
            throw malformed();
        }
        var slice = in.slice(in.position(), (int) length);
        in.position(in.position() + (int) length);
        return slice;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < 64 && in.hasRemaining(); shift += 7) {
            var b = in.get();
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw malformed();
    }

    private static void skip(long tag, ByteBuffer in) {
        switch ((int) (tag & 7)) {
            case 0 -> varint(in);
            case 1 -> advance(in, 8);
            case 2 -> bytes(in);
            case 5 -> advance(in, 4);
            default -> throw malformed();
        }
    }

    private static void advance(ByteBuffer in, int count) {
        if (in.remaining() < count) {
            throw malformed();
        }
        in.position(in.position() + count);
    }

    private static Refusal malformed() {
        return Refusal.badRequest("the body is not well-formed protobuf");
    }
}
