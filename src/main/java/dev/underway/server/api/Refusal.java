package dev.underway.server.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.FieldError;
import dev.underway.model.Kind;
import dev.underway.model.fields.Misfit;
import dev.underway.server.store.Resource;
import dev.underway.server.store.StoreException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A request that is not carried out, as the `Status` object that says why.
///
/// Reasons, codes and wordings are those of a Kubernetes API server: clients act on `reason` and `details`, and people
/// read `message` behind `Error from server (reason):`.
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int code;
    private final ObjectNode status;

    private Refusal(int code, String reason, String message, ObjectNode details) {
        super(message, null, false, false);
        this.code = code;
        this.status = Codec.JSON.createObjectNode();
        status.put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Failure").put("message", message).put("reason", reason);
        if (!details.isEmpty()) {
            status.set("details", details);
        }
        status.put("code", code);
    }

    int code() {
        return code;
    }

    ObjectNode status() {
        return status;
    }

    static Refusal badRequest(String message) {
        return new Refusal(400, "BadRequest", message, nothing());
    }

    static Refusal unauthorized(String why) {
        return new Refusal(401, "Unauthorized", "Unauthorized: " + why, nothing());
    }

    static Refusal forbidden(String message) {
        return new Refusal(403, "Forbidden", message, nothing());
    }

    static Refusal forbidden(Kind kind, String name, String why) {
        var message = kind.resource() + (name.isEmpty() ? "" : " \"" + name + "\"") + " is forbidden: " + why;
        return new Refusal(403, "Forbidden", message, about(kind, name));
    }

    static Refusal notFound(Kind kind, String name) {
        return new Refusal(404, "NotFound", kind.resource() + " \"" + name + "\" not found", about(kind, name));
    }

    /// Nothing is served at this path.
    static Refusal noSuchPath() {
        return new Refusal(404, "NotFound", "the server could not find the requested resource", nothing());
    }

    static Refusal methodNotAllowed(String message) {
        return new Refusal(405, "MethodNotAllowed", message, nothing());
    }

    static Refusal notAcceptable() {
        return new Refusal(
                406,
                "NotAcceptable",
                "only the following media types can be answered: application/json, "
                        + "application/json;as=Table;v=v1;g=meta.k8s.io, "
                        + "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
                nothing());
    }

    static Refusal arrivedTooLate() {
        return new Refusal(408, "Timeout", "the request took too long to arrive", nothing());
    }

    static Refusal conflict(Kind kind, String name, String message) {
        return new Refusal(
                409,
                "Conflict",
                "Operation cannot be fulfilled on " + kind.resource() + " \"" + name + "\": " + message,
                about(kind, name));
    }

    static Refusal changedMeanwhile(Kind kind, String name) {
        return conflict(
                kind,
                name,
                "the object has been modified; please apply your changes to the latest version and try again");
    }

    /// Others own fields that somebody applies with other values; `conflicts` name each field and its owner, and must
    /// not be empty.
    static Refusal applyConflict(List<FieldError> conflicts) {
        var details = nothing();
        causes(details, conflicts);
        return new Refusal(409, "Conflict", sentence(conflicts), details);
    }

    private static String sentence(List<FieldError> conflicts) {
        if (conflicts.size() == 1) {
            var only = conflicts.getFirst();
            return "Apply failed with 1 conflict: " + only.message() + ": " + only.field();
        }
        var fields = conflicts.stream()
                .collect(Collectors.groupingBy(
                        FieldError::message,
                        LinkedHashMap::new,
                        Collectors.mapping(conflict -> "\n- " + conflict.field(), Collectors.joining())));
        return "Apply failed with " + conflicts.size() + " conflicts: "
                + fields.entrySet().stream()
                        .map(owner -> owner.getKey().replaceFirst("^conflict", "conflicts") + ":" + owner.getValue())
                        .collect(Collectors.joining("\n"));
    }

    /// What somebody applies does not have the structure of its kind. `misfits` must not be empty.
    static Refusal notMergeable(Kind kind, String namespace, String name, List<Misfit> misfits) {
        var object = (namespace.isEmpty() ? "" : namespace + "/") + name + "; " + kind.apiVersion() + ", Kind="
                + kind.name();
        var list = misfits.stream()
                .map(misfit -> misfit.path() + ": " + misfit.message())
                .toList();
        return badRequest("failed to create typed patch object (" + object + "): "
                + (list.size() == 1 ? list.getFirst() : "errors:\n  " + String.join("\n  ", list)));
    }

    static Refusal alreadyExists(Kind kind, String name) {
        return new Refusal(
                409, "AlreadyExists", kind.resource() + " \"" + name + "\" already exists", about(kind, name));
    }

    static Refusal expired(String message) {
        return new Refusal(410, "Expired", message, nothing());
    }

    static Refusal tooLarge() {
        return new Refusal(
                413,
                "RequestEntityTooLarge",
                "Request entity too large: an object and a request may have at most " + Bodies.MAX_BYTES + " bytes",
                nothing());
    }

    static Refusal unsupportedMediaType(String message) {
        return new Refusal(415, "UnsupportedMediaType", message, nothing());
    }

    /// The object breaks rules of its kind. `errors` must not be empty.
    static Refusal invalid(Kind kind, String name, List<FieldError> errors) {
        var details = Codec.JSON.createObjectNode().put("name", name);
        if (!kind.group().isEmpty()) {
            details.put("group", kind.group());
        }
        details.put("kind", kind.name());
        causes(details, errors);
        var subject = kind.name() + (kind.group().isEmpty() ? "" : "." + kind.group());
        return new Refusal(422, "Invalid", subject + " \"" + name + "\" is invalid: " + listed(errors), details);
    }

    private static String listed(List<FieldError> errors) {
        var list = errors.stream().map(e -> e.field() + ": " + e.message()).collect(Collectors.joining(", "));
        return errors.size() == 1 ? list : "[" + list + "]";
    }

    /// Parameters of a list, watch or delete break rules; `options` is such as `ListOptions`. `errors` must not be
    /// empty.
    static Refusal invalidOptions(String options, List<FieldError> errors) {
        var details = Codec.JSON.createObjectNode().put("group", "meta.k8s.io").put("kind", options);
        causes(details, errors);
        return new Refusal(422, "Invalid", options + ".meta.k8s.io \"\" is invalid: " + listed(errors), details);
    }

    /// A patch that does not fit the object.
    static Refusal unprocessable(String message) {
        return new Refusal(422, "Invalid", message, nothing());
    }

    static Refusal tooManyRequests() {
        var details = Codec.JSON.createObjectNode().put("retryAfterSeconds", 1);
        return new Refusal(429, "TooManyRequests", "too many requests at a time; try again in a second", details);
    }

    /// Something that nobody thought of; the log has the rest under `id`.
    static Refusal internal(String id) {
        return new Refusal(
                500,
                "InternalError",
                "Internal error occurred; the server's log says more under the id " + id,
                nothing());
    }

    static Refusal unavailable(String message) {
        var details = Codec.JSON.createObjectNode().put("retryAfterSeconds", 1);
        return new Refusal(503, "ServiceUnavailable", message, details);
    }

    /// The client has seen a resourceVersion that this store has not reached, such as after a restore.
    static Refusal futureResourceVersion(String asked, long current) {
        var details = Codec.JSON.createObjectNode();
        details.putArray("causes")
                .addObject()
                .put("reason", "ResourceVersionTooLarge")
                .put("message", "Too large resource version");
        details.put("retryAfterSeconds", 1);
        return new Refusal(504, "Timeout", "Too large resource version: " + asked + ", current: " + current, details);
    }

    /// What the store refused, in the words of the API.
    static Refusal of(StoreException refused, Kind kind, String name) {
        var message = String.valueOf(refused.getMessage());
        return switch (refused.reason()) {
            case NOT_FOUND -> notFound(kind, name);
            case ALREADY_EXISTS -> alreadyExists(kind, name);
            case CONFLICT -> changedMeanwhile(kind, name);
            case EXPIRED -> expired(message);
            case FUTURE -> unavailable(message);
            case UNSTORABLE -> badRequest(message);
            case UNAVAILABLE -> unavailable(message + "; try again");
        };
    }

    /// The answer to a deletion that took effect at once.
    static ObjectNode deleted(Resource resource) {
        var status = Codec.JSON.createObjectNode().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Success");
        status.set(
                "details", about(resource.key().kind(), resource.key().name()).put("uid", resource.uid()));
        return status;
    }

    private static ObjectNode about(@Nullable Kind kind, String name) {
        var details = nothing();
        if (!name.isEmpty()) {
            details.put("name", name);
        }
        if (kind != null) {
            if (!kind.group().isEmpty()) {
                details.put("group", kind.group());
            }
            details.put("kind", kind.plural());
        }
        return details;
    }

    private static void causes(ObjectNode details, List<FieldError> errors) {
        var causes = details.putArray("causes");
        errors.forEach(e -> causes.addObject()
                .put("reason", e.reason())
                .put("message", e.message())
                .put("field", e.field()));
    }

    private static ObjectNode nothing() {
        return Codec.JSON.createObjectNode();
    }
}
