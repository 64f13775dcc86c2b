package dev.underway.agent.systemd;

import dev.underway.model.unitfile.UnitName;
import dev.underway.plan.Observed.UnitStatus;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.freedesktop.dbus.DBusPath;
import org.jspecify.annotations.Nullable;

/// One subscribed connection to one life of the system manager (org.freedesktop.systemd1(5)).
///
/// What was read of a unit is kept until systemd says that it changed, so that a pass over units of which none
/// changed costs one `ListUnitsByNames`. What systemd does not announce may be as old as [#OLDEST]: above all
/// `NeedDaemonReload`, which is not to be relied on anyway. A restart of the manager (daemon-reexec) ends the
/// session.
///
/// `UnitNew` and `UnitRemoved` are not listened to: asking for a unit that nobody refers to loads and drops it
/// again, so that each question would be taken for a change.
final class Session implements AutoCloseable {
    private static final String SYSTEMD = "org.freedesktop.systemd1";
    private static final String MANAGER = SYSTEMD + ".Manager";
    private static final String MANAGER_PATH = "/org/freedesktop/systemd1";
    private static final String PROPERTIES = "org.freedesktop.DBus.Properties";
    private static final String DBUS = "org.freedesktop.DBus";
    private static final String DBUS_PATH = "/org/freedesktop/DBus";
    private static final Duration OLDEST = Duration.ofMinutes(5);

    /// systemd fails the whole question when one name is of no unit, or of a template.
    private static final Pattern LOADABLE = Pattern.compile("(?!.*@\\.)[A-Za-z0-9:_.\\\\@-]{1,240}"
            + "\\.(service|socket|target|device|mount|automount|swap|timer|path|slice|scope)");

    /// ActiveState of a unit that is up or on its way up.
    private static final String[] UP = {"active", "reloading", "activating"};

    private record Known(UnitProperties properties, long readAt) {
        boolean fresh() {
            return System.nanoTime() - readAt < OLDEST.toNanos();
        }
    }

    /// A line of `ListUnitsByNames`.
    private record Row(String load, String active, String sub, String path, long job, String jobType) {
        static Row of(Object[] row) {
            return new Row(
                    row[2].toString(),
                    row[3].toString(),
                    row[4].toString(),
                    Session.path(row[6]),
                    ((Number) row[7]).longValue(),
                    row[8].toString());
        }

        boolean agreesWith(UnitStatus read) {
            return load.equals(read.loadState()) && active.equals(read.activeState()) && sub.equals(read.subState());
        }

        boolean absent() {
            return load.equals("not-found") && active.equals("inactive");
        }
    }

    private final Bus bus;
    private final String manager;
    private final Consumer<String> changed;
    private final CompletableFuture<String> ended;
    private final Jobs jobs = new Jobs();
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final AtomicLong changes = new AtomicLong();
    private final Watched watched;

    private Session(Bus bus, Consumer<String> changed, CompletableFuture<String> ended) throws BusException {
        this.bus = bus;
        this.changed = changed;
        this.ended = ended;
        var _ = ended.thenAccept(jobs::lost);
        this.manager = (String) bus.call(DBUS, DBUS_PATH, DBUS, "GetNameOwner", SYSTEMD)[0];
        this.watched = new Watched(this::watch);
        bus.listen(DBUS, DBUS_PATH, DBUS, "NameOwnerChanged", signal -> {
            if (SYSTEMD.equals(signal.arguments()[0])) {
                ended.complete("systemd restarted itself");
            }
        });
        bus.listen(manager, MANAGER_PATH, MANAGER, "JobRemoved", signal -> {
            var job = signal.arguments();
            jobs.ended(path(job[1]), (String) job[3]);
        });
        bus.listen(manager, MANAGER_PATH, MANAGER, "Reloading", _ -> {
            forgetAll();
            changed.accept(Systemd.EVERYTHING);
        });
        bus.call(SYSTEMD, MANAGER_PATH, MANAGER, "Subscribe");
    }

    /// What nobody tells of any more is not remembered either.
    private Bus.Listening watch(@Nullable String path) throws BusException {
        var listening = bus.listen(manager, path, PROPERTIES, "PropertiesChanged", this::unitChanged);
        return () -> {
            listening.stop();
            if (path != null) {
                known.remove(path);
            }
        };
    }

    /// @param changed is told units, or [Systemd#EVERYTHING]; must return at once
    static Session open(String address, Duration timeout, Consumer<String> changed) throws BusException {
        var ended = new CompletableFuture<String>();
        var bus = Bus.connect(address, timeout, ended::complete);
        try {
            return new Session(bus, changed, ended);
        } catch (BusException e) {
            bus.close();
            throw e;
        }
    }

    /// Completes with the reason when nothing more can be asked or heard here.
    CompletableFuture<String> ended() {
        return ended;
    }

    Object[] call(String method, Object... arguments) throws BusException {
        return bus.call(SYSTEMD, MANAGER_PATH, MANAGER, method, arguments);
    }

    String managerProperty(String name) throws BusException {
        return property(MANAGER_PATH, MANAGER, name);
    }

    private String property(String path, String type, String name) throws BusException {
        return String.valueOf(UnitProperties.plain(bus.call(SYSTEMD, path, PROPERTIES, "Get", type, name)[0]));
    }

    /// systemd's word for how the job that `method` makes for `unit` ended.
    String job(String method, String unit, String what, Duration timeout) throws BusException, SystemdException {
        var job = path(call(method, unit, "replace")[0]);
        return jobs.await(job, what, timeout);
    }

    /// The unit's own name, without loading anything.
    String loadedAs(String unit) throws BusException {
        return property(path(call("GetUnit", unit)[0]), SYSTEMD + ".Unit", "Id");
    }

    /// As it is now, whatever is remembered.
    UnitStatus read(String unit) throws BusException {
        var row = rows(List.of(unit)).get(unit);
        if (row != null) {
            known.remove(row.path());
        }
        return row == null || row.absent() ? UnitProperties.none(unit) : status(unit, row);
    }

    Map<String, UnitStatus> status(Collection<String> units) throws BusException {
        var all = new LinkedHashMap<String, UnitStatus>();
        var rows = rows(units);
        for (var unit : units) {
            var row = rows.get(unit);
            all.put(unit, row == null || row.absent() ? UnitProperties.none(unit) : status(unit, row));
        }
        return all;
    }

    /// By template, the names of the instances that are up or on their way up.
    Map<String, Set<String>> instances(Collection<String> templates) throws BusException {
        var names = new TreeMap<String, Set<String>>();
        // A backslash in a pattern stands for itself (FNM_NOESCAPE).
        var patterns = templates.stream()
                .map(template -> template.replace("@.", "@*."))
                .toArray(String[]::new);
        for (var row : (List<?>) call("ListUnitsByPatterns", UP, patterns)[0]) {
            var name = ((Object[]) row)[0].toString();
            var template = UnitName.template(name);
            if (templates.contains(template)) {
                Objects.requireNonNull(names.computeIfAbsent(template, _ -> new TreeSet<>()))
                        .add(name);
            }
        }
        return names;
    }

    /// Rows by the names that were asked for; a row has the unit's own name, which an alias differs from. What is
    /// not yet watched is read a second time, so that no change falls between reading and watching.
    private Map<String, Row> rows(Collection<String> units) throws BusException {
        var names = units.stream()
                .filter(unit -> LOADABLE.matcher(unit).matches())
                .distinct()
                .toArray(String[]::new);
        watched.begin();
        Map<String, Row> rows;
        boolean news;
        do {
            rows = new LinkedHashMap<>();
            news = false;
            var answer = names.length == 0 ? List.of() : (List<?>) call("ListUnitsByNames", (Object) names)[0];
            if (answer.size() != names.length) {
                throw new BusException(
                        BusException.LOCAL, "systemd answered for " + answer.size() + " of " + names.length + " units");
            }
            for (int i = 0; i < names.length; i++) {
                var row = Row.of((Object[]) answer.get(i));
                rows.put(names[i], row);
                news |= watched.add(row.path(), names[i]);
            }
        } while (news);
        return rows;
    }

    private UnitStatus status(String unit, Row row) throws BusException {
        var properties = known.get(row.path());
        if (properties != null && properties.fresh()) {
            var status = properties.properties().status(unit, row.job() == 0 ? null : row.jobType());
            if (row.agreesWith(status)) {
                return status;
            }
        }
        long before = changes.get();
        var read = UnitProperties.of((Map<?, ?>) bus.call(SYSTEMD, row.path(), PROPERTIES, "GetAll", "")[0]);
        if (changes.get() == before) {
            known.put(row.path(), new Known(read, System.nanoTime()));
        }
        return read.status(unit, jobType(row, read));
    }

    private @Nullable String jobType(Row row, UnitProperties read) {
        if (read.job() == 0) {
            return null;
        }
        if (read.job() == row.job()) {
            return row.jobType();
        }
        try {
            return property(MANAGER_PATH + "/job/" + read.job(), SYSTEMD + ".Job", "JobType");
        } catch (BusException e) {
            return null; // it ended meanwhile
        }
    }

    private void unitChanged(Bus.Signal signal) {
        var before = known.get(signal.path());
        if (before == null || before.properties().differFrom((Map<?, ?>) signal.arguments()[1])) {
            changes.incrementAndGet();
            known.remove(signal.path());
            watched.names(signal.path()).forEach(changed);
        }
    }

    private void forgetAll() {
        changes.incrementAndGet();
        known.clear();
    }

    @Override
    public void close() {
        ended.complete("the connection was closed");
        bus.close();
    }

    static String path(Object value) {
        return value instanceof DBusPath path ? path.getPath() : value.toString();
    }
}
