package dev.underway.agent.fetch;

import dev.underway.agent.host.StateDirectory;
import dev.underway.model.Codec;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.Objects;
import java.util.Optional;

/// The key that this machine asks to join with. It is on the disk before the server hears of it and until the identity
/// holds it, because an answer may be lost: the server then has a host with this key, and gives that name to the same
/// key again and to no other.
///
/// It is of one machine. When the disk is copied while the machine waits to join, as that of an image that was made
/// without its server, every copy makes a key of its own. Kept for root alone; nothing that is read from the file is
/// ever logged.
final class JoiningKey {
    private static final String FILE = "joining.json";

    private JoiningKey() {}

    private record Kept(String machine, String key) {
        Kept {
            Objects.requireNonNull(machine);
            Objects.requireNonNull(key);
        }

        /// Without the key.
        @Override
        public String toString() {
            return "Kept[machine=" + machine + "]";
        }
    }

    /// The one that is kept, or else a new one, which is on the disk when this returns.
    static CertificateKey of(String machine, StateDirectory state) throws IOException, GeneralSecurityException {
        var kept = kept(machine, state);
        if (kept.isPresent()) {
            return kept.get();
        }
        var made = CertificateKey.create();
        state.write(FILE, Codec.bytes(new Kept(machine, made.pem())));
        return made;
    }

    static void forget(StateDirectory state) throws IOException {
        state.delete(FILE);
    }

    private static Optional<CertificateKey> kept(String machine, StateDirectory state) throws IOException {
        try {
            var kept = state.read(FILE)
                    .map(json -> Codec.read(json, Kept.class))
                    .filter(each -> each.machine().equals(machine));
            return kept.isPresent() ? Optional.of(CertificateKey.of(kept.get().key())) : Optional.empty();
        } catch (IllegalArgumentException | GeneralSecurityException e) {
            // e's own words are not passed on: they may quote the file
            state.setAside(FILE, "it holds no key to join with; another one is made");
            return Optional.empty();
        }
    }
}
