package dev.underway.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.underway.model.Codec;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What is answered to a request.
sealed interface Answer {
    /// A whole body at once. `warnings` are sentences that kubectl prints behind `Warning:`.
    record Whole(int code, String contentType, byte[] body, Map<String, String> headers, List<String> warnings)
            implements Answer {
        Whole with(String header, String value) {
            var more = new LinkedHashMap<>(headers);
            more.put(header, value);
            return new Whole(code, contentType, body, more, warnings);
        }
    }

    /// Events until the client leaves or the time is over.
    record Stream(WatchStream watch) implements Answer {}

    static Whole json(int code, JsonNode body) {
        return json(code, body, List.of());
    }

    static Whole json(int code, JsonNode body, List<String> warnings) {
        return new Whole(code, "application/json", Codec.bytes(body), Map.of(), warnings);
    }

    static Whole text(int code, String body) {
        return new Whole(code, "text/plain", body.getBytes(StandardCharsets.UTF_8), Map.of(), List.of());
    }

    static Whole refusal(Refusal refusal) {
        var answer = json(refusal.code(), refusal.status());
        var retry = refusal.status().path("details").path("retryAfterSeconds");
        return retry.isMissingNode() ? answer : answer.with("Retry-After", retry.asText());
    }
}
