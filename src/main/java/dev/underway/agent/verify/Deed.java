package dev.underway.agent.verify;

/// What was done to a unit before it is verified.
public enum Deed {
    /// A process was started, be it anew.
    STARTED,
    /// A process that has proved itself took over.
    SWAPPED,
    /// The process took its configuration anew.
    RELOADED,
    /// Nothing was done to the unit, a socket: its next connection gets a process of another version.
    RENEWED
}
