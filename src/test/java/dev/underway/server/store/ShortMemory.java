package dev.underway.server.store;

import jakarta.inject.Singleton;
import java.time.Instant;

/// Lets tests of other packages have the log of changes forgotten.
@Singleton
public class ShortMemory {
    private final Compaction compaction;

    ShortMemory(Compaction compaction) {
        this.compaction = compaction;
    }

    /// Forgets every change but the newest.
    public void forget() throws StoreException {
        compaction.compact(Instant.now().plusSeconds(60), 1);
    }
}
