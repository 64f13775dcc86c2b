package dev.underway.server.forecast;

import dev.underway.model.Kind;
import dev.underway.model.Revision;
import dev.underway.model.UnitSet;
import dev.underway.model.UnitSetPlan;
import dev.underway.model.UnitSetPlan.Line;
import dev.underway.plan.SetId;
import dev.underway.server.store.Follower;
import dev.underway.server.store.Resource;
import dev.underway.server.store.ResourceStore;
import dev.underway.server.store.StoreException;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Tells what a UnitSet would do to the fleet, before it is written or after.
@ApplicationScoped
public class Forecasts {
    /// So many lines are said beside an answer; the `plan` subresource says all.
    private static final int MOST_LINES = 10;

    private final ResourceStore store;
    private final Clock clock = Clock.systemUTC();
    private final FleetView fleet = new FleetView();
    private @Nullable Follower follower;

    Forecasts(ResourceStore store) {
        this.store = store;
    }

    void start(@Observes StartupEvent event) {
        follower = Follower.start("forecast's fleet", store, List.of(Kind.HOST, Kind.ASSIGNMENT), fleet);
    }

    void stop(@Observes ShutdownEvent event) {
        if (follower != null) {
            follower.close();
        }
    }

    /// What `set`, which has a name and a namespace and was checked, would do if it were written now.
    public UnitSetPlan plan(UnitSet set) {
        var namespace = Objects.requireNonNull(set.metadata().namespace());
        var snapshot = fleet.of(new SetId(namespace, set.metadata().name()));
        return FleetForecast.of(set, snapshot, revision -> content(namespace, revision), clock.instant());
    }

    /// A plan in a few sentences, the worst first; none when nothing would be done.
    public static List<String> sentences(UnitSetPlan plan) {
        if (plan.summary().isEmpty()) {
            return List.of();
        }
        var sentences = new ArrayList<String>();
        plan.summary().stream().limit(MOST_LINES).map(Forecasts::sentence).forEach(sentences::add);
        if (plan.summary().size() > MOST_LINES) {
            sentences.add((plan.summary().size() - MOST_LINES) + " more: see 'underway plan'");
        }
        sentences.addAll(plan.notes());
        return sentences.stream().map(sentence -> "forecast: " + sentence).toList();
    }

    private static String sentence(Line line) {
        var what =
                switch (line.action()) {
                    case "DaemonReload" -> "only daemon-reload";
                    case "WriteFile", "Link", "Remove" -> "only change files";
                    case "Wait" -> "wait with";
                    default -> line.action().toLowerCase(Locale.ROOT);
                };
        var cost =
                switch (line.disruption()) {
                    case "dropped" -> ", connections are DROPPED";
                    case "queued" -> ", new connections wait meanwhile";
                    default -> "";
                };
        return Notes.hosts(line.hosts()) + " would " + what + (line.unit() == null ? "" : " " + line.unit()) + cost
                + ": " + line.because()
                + (line.otherReasons() == 0 ? "" : " (and " + line.otherReasons() + " other reasons)");
    }

    private Revision.@Nullable Content content(String namespace, String revision) {
        try {
            return store.get(Resource.Key.of(Kind.REVISION, namespace, revision))
                    .map(resource -> resource.as(Revision.class).spec().content())
                    .orElse(null);
        } catch (StoreException e) {
            return null;
        }
    }
}
