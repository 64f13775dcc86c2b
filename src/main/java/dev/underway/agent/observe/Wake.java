package dev.underway.agent.observe;

import dev.underway.agent.host.HostRoot;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Wakes the agent when somebody changes a path that it looks after (inotify(7)).
///
/// For each path all directories above it are watched, each for one name: a directory that appears, goes, or is
/// replaced by another one is seen by the directory above it, and the watches below are set anew. Other names in
/// these directories are ignored. Our own writes wake the agent too; it then finds nothing to do.
///
/// A help and no guarantee: what the kernel does not tell (a limit is reached, a file system of another machine)
/// the agent finds by its slow timer.
public final class Wake implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Wake.class);

    /// A change is often many events; they are waited for before the agent is woken.
    private static final Duration QUIET = Duration.ofMillis(50);

    /// Each watched directory costs the kernel about 1 KiB, and all processes of root share one limit.
    private static final int MOST_DIRECTORIES = 2000;

    private static final WatchEvent.Kind<?>[] KINDS = {
        StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_DELETE, StandardWatchEventKinds.ENTRY_MODIFY
    };

    private final HostRoot root;
    private final Runnable changed;
    private final @Nullable WatchService watches;
    private Set<String> paths = Set.of();

    /// What is looked for in each directory, parents first.
    private SortedMap<Path, Set<String>> wanted = new TreeMap<>();

    private final Map<Path, WatchKey> watched = new HashMap<>();

    private Wake(HostRoot root, Runnable changed, @Nullable WatchService watches) {
        this.root = root;
        this.changed = changed;
        this.watches = watches;
    }

    /// `changed` is called on a thread of its own, once for all that happens within a moment.
    public static Wake start(HostRoot root, Runnable changed) {
        WatchService watches = null;
        try {
            watches = FileSystems.getDefault().newWatchService();
        } catch (IOException e) {
            LOG.warnv("files are not watched, changes by hand are found by the timer only: {0}", e.getMessage());
        }
        var wake = new Wake(root, changed, watches);
        if (watches != null) {
            Thread.ofVirtual().name("file-changes").start(wake::run);
        }
        return wake;
    }

    /// From now on these paths are watched, and no others. Cheap when they are the same as before.
    public synchronized void watch(Set<String> absolute) {
        if (watches == null || absolute.equals(paths)) {
            return;
        }
        paths = Set.copyOf(absolute);
        wanted = new TreeMap<>();
        for (var path : absolute) {
            var child = root.resolve(path);
            for (var parent = child.getParent();
                    parent != null && !child.equals(root.directory());
                    child = parent, parent = child.getParent()) {
                wanted.computeIfAbsent(parent, _ -> new TreeSet<>()).add(String.valueOf(child.getFileName()));
            }
        }
        if (wanted.size() > MOST_DIRECTORIES) {
            LOG.warnv("not all directories are watched: wanted={0} most={1}", wanted.size(), MOST_DIRECTORIES);
        }
        setWatches();
    }

    /// Parents first, so that a directory that is made meanwhile is either found here or announced by its parent.
    private synchronized void setWatches() {
        var gone = new HashMap<>(watched);
        watched.clear();
        for (var directory : wanted.keySet().stream().limit(MOST_DIRECTORIES).toList()) {
            var key = register(directory);
            if (key != null) {
                watched.put(directory, key);
            }
        }
        gone.values().removeAll(watched.values());
        gone.values().forEach(WatchKey::cancel);
    }

    /// Null when there is no such directory.
    private @Nullable WatchKey register(Path directory) {
        try {
            return watches == null ? null : directory.register(watches, KINDS);
        } catch (IOException e) {
            LOG.debugv("not watched: directory={0} why={1}", directory, e.toString());
            return null;
        }
    }

    private void run() {
        try {
            while (watches != null) {
                boolean interesting = isInteresting(watches.take());
                if (interesting) {
                    Thread.sleep(QUIET);
                }
                for (var more = watches.poll(); more != null; more = watches.poll()) {
                    interesting |= isInteresting(more);
                }
                if (interesting) {
                    setWatches();
                    changed.run();
                }
            }
        } catch (ClosedWatchServiceException e) {
            // The end of this thread is close().
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean isInteresting(WatchKey key) {
        var names = key.watchable() instanceof Path directory ? wanted.getOrDefault(directory, Set.of()) : Set.of();
        boolean interesting = key.pollEvents().stream()
                .anyMatch(event -> event.kind().equals(StandardWatchEventKinds.OVERFLOW)
                        || names.contains(String.valueOf(event.context())));
        boolean gone = !key.reset();
        return gone || interesting;
    }

    @Override
    public void close() {
        try {
            if (watches != null) {
                watches.close();
            }
        } catch (IOException e) {
            LOG.debugv("the watches were not closed: {0}", e.toString());
        }
    }
}
