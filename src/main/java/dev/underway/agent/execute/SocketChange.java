package dev.underway.agent.execute;

import dev.underway.agent.host.Accounts.Owner;
import dev.underway.agent.host.SocketOption;

/// One thing that is changed on a socket that is open.
sealed interface SocketChange {
    /// The line of the unit's file that says so, such as `Backlog=4096`, for messages.
    String line();

    /// How many connections may wait until they are accepted. The kernel reads it without sign, and caps it.
    record Queue(String line, int backlog) implements SocketChange {}

    record Option(String line, SocketOption option, int value) implements SocketChange {}

    /// @param mode the nine permission bits
    record Mode(String line, int mode) implements SocketChange {}

    record Ownership(String line, Owner owner) implements SocketChange {}
}
