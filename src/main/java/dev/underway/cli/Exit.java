package dev.underway.cli;

/// How the command ends; scripts rely on the numbers and `underway --help` lists them.
enum Exit {
    OK(0),
    /// Something was refused or did not work; what did is said line by line.
    FAILED(1),
    /// The command line is wrong; nothing was tried.
    USAGE(2),
    /// `underway plan` alone: connections would be dropped.
    DROPS(2),
    /// The server did not answer in time (whether it acted is unknown), or what was waited for has not ended yet.
    TIMED_OUT(3),
    /// No server could be reached or it cannot do its work (its database is away, too many ask), it is not the one that
    /// the kubeconfig trusts, or it does not let this user in.
    NO_ACCESS(4);

    private final int code;

    Exit(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
