package dev.underway.plan;

/// What a step costs the clients of a unit, as predicted from the units alone.
public enum Disruption {
    /// Nobody notices.
    NONE("none"),
    /// New connections wait in the socket's queue; those in flight end with the old process.
    QUEUED("queued"),
    /// Connections are refused or cut while the process is away.
    DROPPED("dropped");

    private final String word;

    Disruption(String word) {
        this.word = word;
    }

    /// As reports and forecasts print it.
    public String word() {
        return word;
    }
}
