package dev.underway.server.api;

import dev.underway.model.FieldError;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/// From when on a list or a watch is to be, in the words of Kubernetes' ListOptions. Which words go together, and what
/// is said of those that do not: `ValidateListOptions` in k8s.io/apimachinery,
/// pkg/apis/meta/internalversion/validation.
///
/// @param resourceVersion empty when not given
/// @param match `resourceVersionMatch`, empty when not given
/// @param continuation empty when not given
/// @param initialEvents `sendInitialEvents`
record ListOptions(String resourceVersion, String match, String continuation, Initial initialEvents) {
    private static final String EXACT = "Exact";
    private static final String NOT_OLDER_THAN = "NotOlderThan";

    /// Whether a watch begins with what is there already.
    enum Initial {
        UNSAID,
        WANTED,
        UNWANTED
    }

    /// Refuses with 422 what a list may not say.
    static ListOptions ofList(Request request) {
        var options = of(request);
        refuse(options.errorsOfList());
        return options;
    }

    /// Refuses with 422 what a watch may not say.
    static ListOptions ofWatch(Request request) {
        var options = of(request);
        refuse(options.errorsOfWatch());
        return options;
    }

    private static ListOptions of(Request request) {
        return new ListOptions(
                given(request, "resourceVersion"),
                given(request, "resourceVersionMatch"),
                given(request, "continue"),
                request.parameter("sendInitialEvents") == null
                        ? Initial.UNSAID
                        : request.flag("sendInitialEvents") ? Initial.WANTED : Initial.UNWANTED);
    }

    private static String given(Request request, String name) {
        return Objects.requireNonNullElse(request.parameter(name), "");
    }

    /// Whether any resourceVersion will do.
    boolean anyVersion() {
        return resourceVersion.isEmpty() || resourceVersion.equals("0");
    }

    /// The resourceVersion that was given; 0 for none.
    long number() {
        return resourceVersion.isEmpty() ? 0 : Reads.number(resourceVersion);
    }

    /// Whether a watch begins with what is there already: as it says, or as watches did before they could say it.
    boolean beginsWithWhatIsThere() {
        return switch (initialEvents) {
            case WANTED -> true;
            case UNWANTED -> false;
            case UNSAID -> anyVersion();
        };
    }

    /// Whether nothing older or newer than [#number] will do. A page of a list always meant that.
    boolean exact(long limit) {
        return match.equals(EXACT) || (match.isEmpty() && limit > 0 && !anyVersion());
    }

    private List<FieldError> errorsOfList() {
        var errors = new ArrayList<FieldError>();
        if (!match.isEmpty()) {
            if (resourceVersion.isEmpty()) {
                errors.add(forbiddenMatch("resourceVersionMatch is forbidden unless resourceVersion is provided"));
            }
            if (!continuation.isEmpty()) {
                errors.add(forbiddenMatch("resourceVersionMatch is forbidden when continue is provided"));
            }
            if (!match.equals(EXACT) && !match.equals(NOT_OLDER_THAN)) {
                errors.add(unsupportedMatch("\"Exact\", \"NotOlderThan\", \"\""));
            }
            if (match.equals(EXACT) && resourceVersion.equals("0")) {
                errors.add(forbiddenMatch("resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
            }
        }
        if (initialEvents != Initial.UNSAID) {
            errors.add(forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
        }
        return errors;
    }

    private List<FieldError> errorsOfWatch() {
        var errors = new ArrayList<FieldError>();
        if (initialEvents != Initial.UNSAID && !match.equals(NOT_OLDER_THAN)) {
            errors.add(forbiddenMatch("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
        }
        if (!match.isEmpty()) {
            if (initialEvents == Initial.UNSAID) {
                errors.add(forbiddenMatch(
                        "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
            }
            if (!match.equals(NOT_OLDER_THAN)) {
                errors.add(unsupportedMatch("\"NotOlderThan\""));
            }
            if (!continuation.isEmpty()) {
                errors.add(forbiddenMatch("resourceVersionMatch is forbidden when continue is provided"));
            }
        }
        return errors;
    }

    private static FieldError forbiddenMatch(String why) {
        return forbidden("resourceVersionMatch", why);
    }

    private static FieldError forbidden(String field, String why) {
        return new FieldError(field, "FieldValueForbidden", "Forbidden: " + why);
    }

    private FieldError unsupportedMatch(String supported) {
        return new FieldError(
                "resourceVersionMatch",
                "FieldValueNotSupported",
                String.format(Locale.ROOT, "Unsupported value: \"%s\": supported values: %s", match, supported));
    }

    private static void refuse(List<FieldError> errors) {
        if (!errors.isEmpty()) {
            throw Refusal.invalidOptions("ListOptions", errors);
        }
    }
}
