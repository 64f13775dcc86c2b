package dev.underway.agent;

import dev.underway.agent.host.StateDirectory;
import dev.underway.agent.host.WriteFailed;
import dev.underway.agent.verify.Deed;
import dev.underway.model.Codec;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/// Units to which something was done, or is about to be, and which have not proved themselves since. On disk before
/// anything is done, so that an agent that is killed meanwhile goes on watching them, and a failure is still the
/// revision's.
final class Unproven {
    private static final String FILE = "unproven.json";

    private final StateDirectory state;
    private Map<String, Deed> units;
    private Map<String, Deed> onDisk;

    /// As it lies on the disk.
    private record Stored(Map<String, Deed> units) {}

    Unproven(StateDirectory state) throws IOException {
        this.state = state;
        this.units = state.load(FILE, Stored.class).orElse(new Stored(Map.of())).units();
        this.onDisk = units;
    }

    /// By unit, what was done to it.
    Map<String, Deed> units() {
        return Map.copyOf(units);
    }

    /// Has `planned` on disk before it is done. It counts when [#settle] says so, or for an agent that is started
    /// before that.
    void announce(Map<String, Deed> planned) throws WriteFailed {
        var all = new TreeMap<>(units);
        all.putAll(planned);
        write(all);
    }

    void settle(Map<String, Deed> now) throws WriteFailed {
        units = Map.copyOf(now);
        write(now);
    }

    private void write(Map<String, Deed> now) throws WriteFailed {
        if (now.equals(onDisk)) {
            return;
        }
        try {
            state.write(FILE, Codec.bytes(new Stored(new TreeMap<>(now))));
        } catch (IOException e) {
            throw WriteFailed.because(state.resolve(FILE).toString(), e);
        }
        onDisk = Map.copyOf(now);
    }
}
