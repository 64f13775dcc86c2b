package dev.underway.model.unitfile;

/// A unit file that systemd would not read as meant. `line` counts from 1.
public final class UnitFileException extends Exception {
    private static final long serialVersionUID = 1;

    private final int line;

    public UnitFileException(int line, String message) {
        super("line " + line + ": " + message);
        this.line = line;
    }

    public int line() {
        return line;
    }
}
