package dev.underway.plan;

/// Names a UnitSet. Prints as `namespace/name`.
public record SetId(String namespace, String name) implements Comparable<SetId> {
    /// Reads what [#toString] prints.
    public static SetId parse(String text) {
        int slash = text.indexOf('/');
        return new SetId(text.substring(0, slash), text.substring(slash + 1));
    }

    @Override
    public int compareTo(SetId other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
