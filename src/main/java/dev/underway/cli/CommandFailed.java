package dev.underway.cli;

/// The command cannot do what it was asked. The message is a sentence for the person at the terminal.
class CommandFailed extends Exception {
    private static final long serialVersionUID = 1;
    private final Exit exit;

    CommandFailed(Exit exit, String message) {
        super(message);
        this.exit = exit;
    }

    Exit exit() {
        return exit;
    }
}
