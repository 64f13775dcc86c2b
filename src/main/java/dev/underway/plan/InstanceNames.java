package dev.underway.plan;

import dev.underway.model.Proxy;
import dev.underway.plan.Observed.UnitStatus;
import java.util.Set;

/// Which names the instances of one unit can have: `web-DIGEST.service`, `web-DIGEST-2.service` where that is taken,
/// and
/// behind a proxy `web-DIGEST-p8091.service`, which is that of the process at this port.
final class InstanceNames {
    private final ManagedUnit unit;
    private final Set<String> known;
    private final String current;
    private final Observed observed;

    /// @param known all that there are
    /// @param current the one that is the unit; empty when it is plain
    InstanceNames(ManagedUnit unit, Set<String> known, String current, Observed observed) {
        this.unit = unit;
        this.known = known;
        this.current = current;
        this.observed = observed;
    }

    /// The name of the instance that comes next, behind a proxy with the port that it will have.
    String next(boolean resumes) {
        String digest = InstanceText.digest(unit);
        var proxy = unit.proxy();
        if (proxy == null) {
            return of(digest, resumes);
        }
        int port = proxy.ports().stream()
                .filter(each -> isFree(each, digest, resumes))
                .findFirst()
                .orElse(proxy.ports().getFirst());
        return of(digest + "-p" + port, resumes);
    }

    /// Whether a new process would find its address taken, by an old one that still serves the connections it has.
    boolean haveNoPort() {
        var proxy = unit.proxy();
        String digest = InstanceText.digest(unit);
        return proxy != null && proxy.ports().stream().noneMatch(port -> isFree(port, digest, true));
    }

    /// Whether no process of the unit has `port`, or only the one that would be resumed.
    private boolean isFree(int port, String digest, boolean resumes) {
        return known.stream().filter(name -> Proxy.port(name) == port).allMatch(name -> {
            var status = observed.unit(name);
            boolean resumed = resumes
                    && !name.equals(current)
                    && name.startsWith(bare() + "-" + digest + "-")
                    && usable(status, true);
            return Retirement.hasEnded(status) || resumed;
        });
    }

    private String bare() {
        return unit.name().substring(0, unit.name().lastIndexOf('.'));
    }

    /// A name for an instance that nobody uses. A known one is used again where `resumes` and it is made of the
    /// same: it is the candidate of a swap that was cut short, or the one that was just taken over from.
    String of(String digest, boolean resumes) {
        String bare = bare();
        for (int i = 1; ; i++) {
            String name = bare + "-" + digest + (i == 1 ? "" : "-" + i) + ".service";
            if (!known.contains(name) || (!name.equals(current) && usable(observed.unit(name), resumes))) {
                return name;
            }
        }
    }

    private boolean usable(UnitStatus status, boolean resumes) {
        if (resumes) {
            return !status.activeState().equals("deactivating")
                    && (status.jobType() == null || status.jobType().equals("start"));
        }
        return status.activeState().equals("inactive") && status.mainPid() == 0 && status.jobType() == null;
    }
}
