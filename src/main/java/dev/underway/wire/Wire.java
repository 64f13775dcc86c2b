package dev.underway.wire;

/// The versions and paths of the protocol between agent and server. Fields that a reader does not know are ignored; an
/// unknown word in a field that matters refuses that one assignment.
public final class Wire {
    /// Version that this program speaks; the server serves agents two versions back.
    public static final int VERSION = 1;

    /// Longest desired-state document or revision that an agent accepts, in bytes.
    public static final int MAX_DOCUMENT_BYTES = 8 << 20;

    public static final String ENROL = "/agent/v1/enrol";

    /// `POST` of an [Enrolment.Renewal] with the client certificate that it renews; answers [Enrolment.Renewed]. The
    /// old
    /// certificate counts until the new one is used.
    public static final String RENEW = "/agent/v1/renew";

    private Wire() {}

    /// `GET`, answers [DesiredState]; `If-None-Match` and `?wait=<seconds>` make it a long poll that ends with 304.
    public static String desiredState(String host) {
        return "/agent/v1/hosts/" + host + "/desired-state";
    }

    /// `POST` of a [Report]; answers 204.
    public static String report(String host) {
        return "/agent/v1/hosts/" + host + "/report";
    }

    /// `GET`, answers the canonical JSON of a [dev.underway.model.Revision.Content]; immutable.
    public static String revision(String digest) {
        return "/agent/v1/revisions/" + digest;
    }
}
