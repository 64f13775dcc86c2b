package dev.underway.plan;

import java.util.Set;

/// What has to be observed of a host before a plan can be made: every path and unit that the desired sets name or that
/// the inventory remembers.
public record Scope(Set<String> paths, Set<String> units) {
    /// `inventory` is part of the question because what is no longer desired must be removed.
    public static Scope of(Desired desired, Inventory inventory) {
        throw new UnsupportedOperationException();
    }
}
