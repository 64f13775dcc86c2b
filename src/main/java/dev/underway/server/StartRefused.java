package dev.underway.server;

/// The server cannot start, for a reason that the operator can do something about.
final class StartRefused extends Exception {
    private static final long serialVersionUID = 1;

    /// What the process exits with. 1 is for everything that nobody foresaw.
    enum Because {
        CONFIGURATION(2),
        STATE_DIRECTORY(3),
        PORT(4),
        DATABASE(5);

        final int exitCode;

        Because(int exitCode) {
            this.exitCode = exitCode;
        }
    }

    private final Because because;

    /// `sentence` says what is wrong and what to do.
    StartRefused(Because because, String sentence, Throwable cause) {
        super(sentence, cause);
        this.because = because;
    }

    StartRefused(Because because, String sentence) {
        super(sentence);
        this.because = because;
    }

    int exitCode() {
        return because.exitCode;
    }
}
