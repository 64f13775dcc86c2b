package dev.underway.cli;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/// Where the server is, whom to trust there and as whom to speak: one context of a kubeconfig.
///
/// @param server base URL; may carry a path prefix, never a trailing slash
/// @param authority PEM of the certificates to trust; null for those of the JDK
/// @param namespace of the context, `default` when it names none
record Connection(URI server, @Nullable String authority, Credentials credentials, String namespace) {

    /// As whom to speak.
    sealed interface Credentials {
        record None() implements Credentials {}

        record Token(String token) implements Credentials {
            @Override
            public String toString() {
                return "Token[…]";
            }
        }

        /// PEM of a certificate chain and of its key (PKCS#8, PKCS#1 or SEC 1, not encrypted).
        record Certificate(String chain, String key) implements Credentials {
            @Override
            public String toString() {
                return "Certificate[…]";
            }
        }
    }
}
