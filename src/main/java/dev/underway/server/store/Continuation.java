package dev.underway.server.store;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;

/// What a client hands back to get the next page: the first page's number and the place where the last one ended.
/// Opaque to clients, but not secret.
record Continuation(long resourceVersion, Place place) {
    /// Neither namespaces nor names contain a slash, or what no database takes.
    private static final Pattern FORM =
            Pattern.compile("([0-9]{1,18})/([^/\\p{Cntrl}]{0,253})/([^/\\p{Cntrl}]{1,253})");

    String text() {
        var plain = resourceVersion + "/" + place.namespace() + "/" + place.name();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(plain.getBytes(StandardCharsets.UTF_8));
    }

    /// Throws EXPIRED for what is not one of ours, after which clients list anew.
    static Continuation parse(String text) throws StoreException {
        try {
            var plain = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
            var parts = FORM.matcher(plain);
            if (parts.matches()) {
                return new Continuation(Long.parseLong(parts.group(1)), new Place(parts.group(2), parts.group(3)));
            }
        } catch (IllegalArgumentException e) {
            // Not Base64: no token of ours either.
        }
        throw new StoreException(
                StoreException.Reason.EXPIRED, "the continue token is not one of this server's: list again");
    }
}
