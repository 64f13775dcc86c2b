package dev.underway.agent.report;

import dev.underway.agent.host.StateDirectory;
import dev.underway.model.Assignment.PlannedStep;
import dev.underway.model.Codec;
import dev.underway.plan.SetId;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The last plan of each set that did something, kept so that "what did it do, and why?" has an answer after the agent
/// was restarted too.
public final class PlanMemory {
    private static final Logger LOG = Logger.getLogger(PlanMemory.class);
    private static final String FILE = "plans.json";

    private final StateDirectory state;
    private final Map<String, List<PlannedStep>> plans = new TreeMap<>();

    private record Stored(@Nullable Map<String, List<PlannedStep>> plans) {}

    public PlanMemory(StateDirectory state) throws IOException {
        this.state = state;
        state.load(FILE, Stored.class).map(Stored::plans).ifPresent(plans::putAll);
    }

    public List<PlannedStep> of(SetId set) {
        return plans.getOrDefault(set.toString(), List.of());
    }

    public void remember(SetId set, List<PlannedStep> steps) {
        if (Statuses.concern(steps) && !steps.equals(plans.put(set.toString(), steps))) {
            save();
        }
    }

    public void keepOnly(Collection<SetId> sets) {
        if (plans.keySet().retainAll(sets.stream().map(SetId::toString).toList())) {
            save();
        }
    }

    /// Losing it costs an explanation and nothing else, so a failure is no failure of the pass.
    private void save() {
        try {
            state.write(FILE, Codec.bytes(new Stored(plans)));
        } catch (IOException e) {
            LOG.warnv("the last plans could not be kept: {0}", e.getMessage());
        }
    }
}
