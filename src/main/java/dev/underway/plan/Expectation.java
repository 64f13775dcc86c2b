package dev.underway.plan;

import dev.underway.model.Defaults;
import dev.underway.model.Proxy;
import dev.underway.model.UnitSetSpec.Readiness;
import dev.underway.model.UnitSetSpec.UnitState;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a unit has to be to count as healthy.
///
/// @param state what it shall be, defaults applied
/// @param endsByItself a service that does its work and ends, and is healthy when it ended well
/// @param readiness the author's probes and times; null when there are none. A socket has probes only when each of its
/// connections gets a process of its own
/// @param sockets units of the set whose descriptors it must take
public record Expectation(
        String unit,
        UnitState state,
        boolean endsByItself,
        @Nullable Readiness readiness,
        Set<String> sockets) {

    public Expectation(String unit, UnitState state, boolean endsByItself, @Nullable Readiness readiness) {
        this(unit, state, endsByItself, readiness, Set.of());
    }

    static Expectation of(ManagedUnit unit) {
        return new Expectation(unit.name(), unit.state(), unit.shape().endsByItself(), asked(unit), unit.sockets());
    }

    /// At the address of a proxy a connection always opens, so that says nothing of what is behind it. Of other units
    /// than services only a socket is asked, when each connection has a process of its own and none is the unit's.
    private static @Nullable Readiness asked(ManagedUnit unit) {
        var readiness = unit.policy().readiness();
        if (!unit.shape().isService() && PerConnection.template(unit.shape()).isEmpty()) {
            return withoutProbes(readiness);
        }
        var layout = unit.layout();
        boolean throughProxy = readiness != null && (readiness.http() != null || readiness.exec() != null);
        return unit.proxy() == null || layout == null || Proxy.port(layout.last()) == 0 || throughProxy
                ? readiness
                : ProxyProbe.of(unit, layout.last());
    }

    /// Whether the author gave a probe.
    public boolean isProbed() {
        return readiness != null && (readiness.http() != null || readiness.tcp() != null || readiness.exec() != null);
    }

    /// Whether what is asked is a socket, whose every connection gets a process of its own.
    public boolean isOfConnections() {
        return isProbed() && unit.endsWith(".socket");
    }

    /// The same without its probes.
    public Expectation unprobed() {
        return new Expectation(unit, state, endsByItself, withoutProbes(readiness), sockets);
    }

    private static @Nullable Readiness withoutProbes(@Nullable Readiness readiness) {
        return readiness == null
                ? null
                : new Readiness(null, null, null, readiness.minHealthyTime(), readiness.deadline());
    }

    /// How long it must stay as it shall be after something was done to it.
    public Duration minHealthyTime() {
        return readiness == null || readiness.minHealthyTime() == null
                ? Defaults.MIN_HEALTHY_TIME
                : readiness.minHealthyTime();
    }

    /// How long that may take altogether.
    public Duration deadline() {
        return readiness == null || readiness.deadline() == null ? Defaults.READINESS_DEADLINE : readiness.deadline();
    }
}
