package dev.underway.server.gitops;

import java.security.Security;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/// What the library for SSH calculates with: it takes what the JVM has under the name of Bouncy Castle, which must be
/// of
/// the same class loader as itself, or no key is known to it.
final class SshCryptography {
    private SshCryptography() {}

    /// To be called before SSH is used.
    static synchronized void prepare() {
        if (!(Security.getProvider(BouncyCastleProvider.PROVIDER_NAME) instanceof BouncyCastleProvider)) {
            Security.removeProvider(BouncyCastleProvider.PROVIDER_NAME);
            Security.addProvider(new BouncyCastleProvider());
        }
    }
}
