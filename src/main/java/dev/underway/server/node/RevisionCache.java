package dev.underway.server.node;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The contents that were asked for last, by digest: after a change, a whole fleet asks for the same few.
final class RevisionCache {
    private static final long MOST_BYTES = 32L << 20;

    private final Map<String, byte[]> contents = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    synchronized byte @Nullable [] get(String digest) {
        return contents.get(digest);
    }

    synchronized void put(String digest, byte[] content) {
        if (contents.putIfAbsent(digest, content) == null) {
            bytes += content.length;
        }
        for (var eldest = contents.entrySet().iterator(); bytes > MOST_BYTES && eldest.hasNext(); ) {
            bytes -= eldest.next().getValue().length;
            eldest.remove();
        }
    }
}
