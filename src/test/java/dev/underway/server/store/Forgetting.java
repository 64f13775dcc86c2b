package dev.underway.server.store;

import jakarta.inject.Singleton;
import java.time.Instant;

/// Lets tests of other packages have Events expire.
@Singleton
public class Forgetting {
    private final Expiry expiry;

    Forgetting(Expiry expiry) {
        this.expiry = expiry;
    }

    /// As if every Event that there is were too old.
    public void forgetEvents() throws StoreException, InterruptedException {
        expiry.expire(Instant.now().plusSeconds(60));
    }
}
