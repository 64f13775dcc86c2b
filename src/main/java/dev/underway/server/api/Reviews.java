package dev.underway.server.api;

import dev.underway.model.Codec;
import java.util.List;

/// What callers ask about themselves: `kubectl auth whoami` and `kubectl auth can-i`. Whoever gets here is an
/// administrator and may do everything, so the question itself is not read.
final class Reviews {
    private static final String ACCESS = "selfsubjectaccessreviews";
    private static final String SELF = "selfsubjectreviews";

    private Reviews() {}

    static boolean serves(String group, List<String> names) {
        return (group.equals("authorization.k8s.io") && names.equals(List.of(ACCESS)))
                || (group.equals("authentication.k8s.io") && names.equals(List.of(SELF)));
    }

    static Answer answer(RequestPath.Review path, Request request) {
        if (!request.method().equals("POST")) {
            throw Refusal.methodNotAllowed("a review is made by POST");
        }
        var review = Codec.JSON.createObjectNode().put("apiVersion", path.group() + "/v1");
        review.put("kind", path.resource().equals(ACCESS) ? "SelfSubjectAccessReview" : "SelfSubjectReview");
        review.putObject("metadata").putNull("creationTimestamp");
        if (path.resource().equals(ACCESS)) {
            review.putObject("spec");
            review.putObject("status").put("allowed", true);
        } else {
            var user = review.putObject("status").putObject("userInfo");
            user.put("username", request.caller().name());
            request.caller().groups().stream().sorted().forEach(user.putArray("groups")::add);
        }
        return Answer.json(201, review);
    }
}
