package dev.underway.agent.fetch;

import dev.underway.agent.host.StateDirectory;
import dev.underway.plan.SetId;
import dev.underway.wire.Wire;
import java.io.IOException;
import java.util.Optional;
import java.util.TreeSet;

/// The last known good desired-state document: what the host converges by, with or without its server.
public final class DesiredStateStore {
    private static final String FILE = "desired-state.json";

    private final StateDirectory state;
    private final String serverUid;
    private final String host;
    private volatile Optional<Document> current = Optional.empty();

    public DesiredStateStore(StateDirectory state, Identity identity) throws IOException {
        this.state = state;
        this.serverUid = identity.serverUid();
        this.host = identity.host();
        var kept = state.read(FILE);
        if (kept.isPresent()) {
            try {
                var document = Document.parse(kept.get());
                check(document);
                current = Optional.of(document);
            } catch (IllegalArgumentException | FetchFailed e) {
                state.setAside(FILE, String.valueOf(e.getMessage()));
            }
        }
    }

    /// For a host that joins anew. The last document is of an earlier membership: when that ended, the server forgot
    /// what the host had. It buries nothing of it, and every document would be refused for what it leaves out.
    ///
    /// What an earlier document put on the host is not forgotten: the inventory has it. It is left as it is,
    /// because an absent entry is never a deletion, and nobody heals it any more. A document that lists the set
    /// again finds everything in place; one that buries it removes it; another set may take over its paths.
    public static void forget(StateDirectory state) throws IOException {
        state.delete(FILE);
    }

    public Optional<Document> current() {
        return current;
    }

    /// Takes `json` as the new last known good, or refuses it and keeps the old one.
    public Document accept(byte[] json) throws FetchFailed {
        Document document;
        try {
            document = Document.parse(json);
        } catch (IllegalArgumentException e) {
            throw refused("it cannot be read: " + e.getMessage());
        }
        check(document);
        var last = current;
        if (last.isPresent()) {
            checkFollows(last.get(), document);
        }
        try {
            state.write(FILE, json);
        } catch (IOException e) {
            throw new FetchFailed("StateUnwritable", "the document cannot be kept: " + e.getMessage(), e);
        }
        current = Optional.of(document);
        return document;
    }

    private void check(Document document) throws FetchFailed {
        var head = document.state();
        if (head.version() > Wire.VERSION) {
            throw refused("it has version " + head.version() + "; upgrade this agent");
        }
        if (!head.serverUid().equals(serverUid)) {
            throw refused("it is of another server (" + head.serverUid() + ") than the one this host joined");
        }
        if (!head.host().equals(host)) {
            throw refused("it is for the host " + head.host());
        }
    }

    private static void checkFollows(Document last, Document next) throws FetchFailed {
        if (next.state().serial() < last.state().serial()) {
            throw refused("its serial " + next.state().serial() + " is lower than the last one, "
                    + last.state().serial() + "; was the server restored from an old backup?");
        }
        var missing = new TreeSet<SetId>(last.listed());
        missing.removeAll(next.listed());
        missing.removeAll(next.buried());
        if (!missing.isEmpty()) {
            throw refused("it neither lists nor buries " + missing + "; nothing is ever removed by being left out");
        }
    }

    private static FetchFailed refused(String why) {
        return new FetchFailed("DocumentRefused", "the desired-state document is refused: " + why);
    }
}
