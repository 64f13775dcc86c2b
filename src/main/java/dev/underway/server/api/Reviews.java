package dev.underway.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.Codec;
import dev.underway.model.Kind;
import java.util.List;
import java.util.Map;

/// What callers ask about themselves: `kubectl auth whoami`, `kubectl auth can-i` and `kubectl auth can-i --list`.
///
/// Whoever gets here is an administrator, so the only things that it may not do are those that nobody may: kinds that
/// are not served, and what only the server writes.
final class Reviews {
    private static final String ACCESS = "selfsubjectaccessreviews";
    private static final String RULES = "selfsubjectrulesreviews";
    private static final String SELF = "selfsubjectreviews";

    private static final Map<String, String> KINDS = Map.of(
            ACCESS, "SelfSubjectAccessReview",
            RULES, "SelfSubjectRulesReview",
            SELF, "SelfSubjectReview");

    private Reviews() {}

    static boolean serves(String group, List<String> names) {
        return switch (group) {
            case "authorization.k8s.io" -> names.equals(List.of(ACCESS)) || names.equals(List.of(RULES));
            case "authentication.k8s.io" -> names.equals(List.of(SELF));
            default -> false;
        };
    }

    static Answer answer(RequestPath.Review path, Request request) {
        if (!request.method().equals("POST")) {
            throw Refusal.methodNotAllowed("a review is made by POST");
        }
        var asked = request.body().length == 0
                ? Codec.JSON.createObjectNode()
                : Bodies.object(request).object();
        var review = Codec.JSON.createObjectNode().put("apiVersion", path.group() + "/v1");
        review.put("kind", KINDS.get(path.resource()));
        review.putObject("metadata").putNull("creationTimestamp");
        switch (path.resource()) {
            case ACCESS -> access(asked, review);
            case RULES -> rules(asked, review);
            default -> self(request, review);
        }
        return Answer.json(201, review);
    }

    private static void access(ObjectNode asked, ObjectNode review) {
        review.set("spec", asked.path("spec").isObject() ? asked.path("spec") : Codec.JSON.createObjectNode());
        var why = refusal(asked.at("/spec/resourceAttributes"));
        var status = review.putObject("status").put("allowed", why.isEmpty());
        if (!why.isEmpty()) {
            status.put("reason", why);
        }
    }

    /// Why nobody may do this; empty when administrators may.
    private static String refusal(JsonNode wish) {
        var resource = wish.path("resource").asText("");
        var verb = wish.path("verb").asText("");
        if (resource.isEmpty() || resource.equals("*")) {
            return "";
        }
        var group = wish.path("group").asText("");
        var kind = Kind.ALL.stream()
                .filter(each -> each.plural().equals(resource)
                        && (group.equals("*") || each.group().equals(group)))
                .findFirst();
        if (kind.isEmpty()) {
            return resource + (group.isEmpty() ? "" : "." + group) + " are not served";
        }
        return verb.equals("*") || Discovery.verbs(kind.get()).contains(verb)
                ? ""
                : "nobody may " + verb + " " + resource + " but the server";
    }

    private static void rules(ObjectNode asked, ObjectNode review) {
        review.set("spec", asked.path("spec").isObject() ? asked.path("spec") : Codec.JSON.createObjectNode());
        var status = review.putObject("status");
        var resources = status.putArray("resourceRules");
        for (var kind : Kind.ALL) {
            var rule = resources.addObject();
            Discovery.verbs(kind).forEach(rule.putArray("verbs")::add);
            rule.putArray("apiGroups").add(kind.group());
            rule.putArray("resources").add(kind.plural());
        }
        var paths = status.putArray("nonResourceRules").addObject();
        paths.putArray("verbs").add("get");
        List.of(
                        "/api",
                        "/api/*",
                        "/apis",
                        "/apis/*",
                        "/healthz",
                        "/livez",
                        "/openapi",
                        "/openapi/*",
                        "/readyz",
                        "/version")
                .forEach(paths.putArray("nonResourceURLs")::add);
        status.put("incomplete", false);
    }

    private static void self(Request request, ObjectNode review) {
        var user = review.putObject("status").putObject("userInfo");
        user.put("username", request.caller().name());
        request.caller().groups().stream().sorted().forEach(user.putArray("groups")::add);
    }
}
