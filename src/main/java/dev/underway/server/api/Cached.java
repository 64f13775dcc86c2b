package dev.underway.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.underway.model.Codec;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Documents that clients keep: answered with an ETag, and with 304 and no body when the client has them already.
final class Cached {
    private Cached() {}

    static Answer json(Request request, JsonNode body) {
        return of(request, "application/json", Codec.bytes(body), Map.of());
    }

    static Answer of(Request request, String contentType, byte[] body, Map<String, String> more) {
        var tag = '"' + digest(body) + '"';
        var headers = new LinkedHashMap<String, String>();
        headers.put("ETag", tag);
        headers.put("Vary", "Accept");
        headers.put("Cache-Control", "public");
        headers.putAll(more);
        if (tag.equals(request.headers().get("If-None-Match"))) {
            return new Answer.Whole(304, contentType, new byte[0], headers, List.of());
        }
        return new Answer.Whole(200, contentType, body, headers, List.of());
    }

    /// Names the content of a document, upper case as Kubernetes writes it.
    static String digest(byte[] body) {
        try {
            return HexFormat.of()
                    .withUpperCase()
                    .formatHex(MessageDigest.getInstance("SHA-512").digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
