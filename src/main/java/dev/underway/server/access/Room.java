package dev.underway.server.access;

import java.util.HashMap;
import java.util.Map;

/// How much memory requests may take at a time: those of one caller, and all together. It is taken before a byte of
/// the body is read, so that no caller fills the heap with requests that it does not end.
///
/// Whoever finds no room tries again later: one caller with more than is its own is told so, and is no hindrance to
/// the others.
public final class Room {
    /// Bytes that a request takes beside its body, about.
    private static final int HEAD = 4 << 10;

    private final long each;
    private final long all;
    private final Map<String, Long> held = new HashMap<>();
    private long taken;

    /// @param each bytes for the requests of one caller
    /// @param all bytes for those of all callers
    public Room(long each, long all) {
        this.each = each;
        this.all = all;
    }

    /// Takes room for a request with `body` bytes of body, which [#leave] gives back.
    synchronized void enter(String caller, long body) throws Refused {
        long bytes = HEAD + body;
        long own = held.getOrDefault(caller, 0L) + bytes;
        if (own > each) {
            throw new Refused(429, "TooManyRequests", "Too many requests of " + caller + " at a time; try again.");
        }
        if (taken + bytes > all) {
            throw new Refused(503, "Busy", "The server has no room for more requests now; try again.");
        }
        held.put(caller, own);
        taken += bytes;
    }

    synchronized void leave(String caller, long body) {
        long bytes = HEAD + body;
        taken -= bytes;
        held.computeIfPresent(caller, (_, own) -> own == bytes ? null : own - bytes);
    }
}
