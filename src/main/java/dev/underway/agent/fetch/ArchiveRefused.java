package dev.underway.agent.fetch;

/// An archive holds something that is never unpacked.
final class ArchiveRefused extends Exception {
    private static final long serialVersionUID = 1;

    ArchiveRefused(String message) {
        super(message);
    }
}
