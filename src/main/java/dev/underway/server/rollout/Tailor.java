package dev.underway.server.rollout;

import dev.underway.model.Assignment;
import dev.underway.model.Contents;
import dev.underway.model.Templates;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What becomes of a revision with templates on each host.
///
/// Orders are the same for the whole fleet. Of a host that was told other values than it has now it is said that it was
/// told something else, so that a changed value reaches it as another revision does: when its turn comes, within the
/// budget, and verified.
final class Tailor {
    private final World world;
    private final Map<String, Optional<Templates>> known = new HashMap<>();

    Tailor(World world) {
        this.world = world;
    }

    /// What the host has for the templates of a revision; null when the revision has none, or is gone.
    Templates.@Nullable Answer values(String revision, World.HostView host) {
        var templates = known.computeIfAbsent(
                revision,
                name -> Optional.ofNullable(world.revision(name))
                        .map(spec -> Templates.of(spec.content()))
                        .filter(Templates::present));
        return templates
                .map(each -> each.on(host.name(), host.labels(), host.facts()))
                .orElse(null);
    }

    /// Why the host cannot be told the revision; null when it can.
    @Nullable
    String missing(String revision, World.HostView host) {
        return values(revision, host) instanceof Templates.Missing(var message) ? message : null;
    }

    /// What the host was told, as an order of the fleet when it was told the values that it has now.
    Order told(Assignment.Spec spec, World.HostView host) {
        var told = Order.of(spec);
        var values = values(spec.revision(), host);
        boolean current = values == null
                ? world.revision(spec.revision()) == null
                : values instanceof Templates.Values(var now) && now.equals(told.values());
        return current ? told.ofFleet() : told;
    }

    /// The same with the member's values. Who lacks one is told no revision anew (see [#missing]); what else it is
    /// told of the one that it has, such as to stop, comes with the values of before.
    Assignment.Spec tailored(Assignment.Spec spec, Member member) {
        if (!(values(spec.revision(), member.view()) instanceof Templates.Values(var values))) {
            var before = member.assignment();
            return before != null && before.spec().digest().equals(spec.digest())
                    ? spec.with(before.spec().values(), before.spec().rendered())
                    : spec;
        }
        var before = member.assignment();
        if (before != null
                && before.spec().digest().equals(spec.digest())
                && values.equals(before.spec().values())
                && before.spec().rendered() != null) {
            return spec.with(values, before.spec().rendered());
        }
        var content = Objects.requireNonNull(world.revision(spec.revision())).content();
        return spec.with(values, Contents.digest(Templates.render(content, values)));
    }
}
