package dev.underway.agent.host;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.underway.model.Codec;
import dev.underway.plan.Inventory;
import dev.underway.plan.Inventory.Instances;
import dev.underway.plan.Inventory.Owned;
import dev.underway.plan.Inventory.RunsWith;
import dev.underway.plan.SetId;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Keeps on disk what the agent must not forget: the [Inventory], and the directories that it made for files of sets.
/// Owned by the pass: nobody else changes it.
public final class Journal {
    private static final String FILE = "inventory.json";

    private final StateDirectory state;
    private Inventory inventory;
    private Set<String> directories;

    /// As it lies on the disk.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Stored(
            @Nullable Map<String, Owned> owned,
            @Nullable Map<String, RunsWith> runs,
            @Nullable Map<String, Instances> instances,
            @Nullable Map<String, Map<String, String>> connections,
            @Nullable Set<String> directories) {}

    public Journal(StateDirectory state) throws IOException {
        this.state = state;
        var stored = state.load(FILE, Stored.class).orElse(new Stored(null, null, null, null, null));
        var owned = new TreeMap<SetId, Owned>();
        if (stored.owned() != null) {
            stored.owned().forEach((id, what) -> owned.put(SetId.parse(id), what));
        }
        this.inventory = new Inventory(
                owned,
                stored.runs() == null ? Map.of() : stored.runs(),
                stored.instances() == null ? Map.of() : stored.instances(),
                stored.connections() == null ? Map.of() : stored.connections());
        this.directories = stored.directories() == null ? Set.of() : stored.directories();
    }

    public Inventory inventory() {
        return inventory;
    }

    /// Directories that were made for files of sets; they go when they are empty again.
    public Set<String> directories() {
        return directories;
    }

    /// Returns once `now` is on disk; writes nothing when nothing changes.
    public void record(Inventory now) throws WriteFailed {
        record(now, directories);
    }

    public void record(Inventory now, Set<String> directoriesNow) throws WriteFailed {
        if (now.equals(inventory) && directoriesNow.equals(directories)) {
            return;
        }
        var owned = new TreeMap<String, Owned>();
        now.owned().forEach((id, what) -> owned.put(id.toString(), what));
        try {
            state.write(
                    FILE,
                    Codec.bytes(new Stored(
                            owned,
                            new TreeMap<>(now.runs()),
                            new TreeMap<>(now.instances()),
                            now.connections().isEmpty() ? null : new TreeMap<>(now.connections()),
                            new TreeSet<>(directoriesNow))));
        } catch (IOException e) {
            throw WriteFailed.because(state.resolve(FILE).toString(), e);
        }
        inventory = now;
        directories = Set.copyOf(directoriesNow);
    }
}
