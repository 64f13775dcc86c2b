package dev.underway.model;

/// Divides a UnitSet's spec into what makes a revision and what is policy.
public final class Contents {
    private Contents() {}

    /// Artifacts, files and unit texts in canonical order, without anything that is policy.
    public static Revision.Content of(UnitSetSpec spec) {
        throw new UnsupportedOperationException();
    }

    public static Policy policy(UnitSetSpec spec) {
        throw new UnsupportedOperationException();
    }

    /// The canonical JSON of a content (keys sorted, absent fields absent, no white space): what the digest covers and
    /// what the wire carries.
    public static byte[] canonical(Revision.Content content) {
        throw new UnsupportedOperationException();
    }

    /// SHA-256 of [#canonical], 64 hexadecimal digits. Fixed for ever by golden tests.
    public static String digest(Revision.Content content) {
        throw new UnsupportedOperationException();
    }
}
