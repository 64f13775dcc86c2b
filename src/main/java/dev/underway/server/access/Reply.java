package dev.underway.server.access;

import dev.underway.model.Codec;
import java.util.HashMap;
import java.util.Map;

/// An answer to a request, in full.
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Reply(int status, Map<String, String> headers, byte[] body) {
    private static final byte[] NOTHING = new byte[0];

    public static Reply json(int status, Object value) {
        return new Reply(status, Map.of("Content-Type", "application/json"), Codec.bytes(value));
    }

    public static Reply empty(int status) {
        return new Reply(status, Map.of(), NOTHING);
    }

    /// This reply with more headers.
    public Reply with(Map<String, String> more) {
        var all = new HashMap<>(headers);
        all.putAll(more);
        return new Reply(status, all, body);
    }
}
