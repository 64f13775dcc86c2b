package dev.underway.agent.observe;

import dev.underway.agent.host.HostRoot;
import dev.underway.agent.host.ProcessImage;
import dev.underway.plan.Observed.UnitStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;

/// Finds services whose program was replaced on the disk while it runs.
///
/// Both programs are read once and compared, for one that was taken back is there again as another file, and its
/// process is not old.
final class OldPrograms {
    /// A program that replaces itself when it starts is not old, or it would be restarted for ever.
    private static final Duration REPLACES_ITSELF = Duration.ofSeconds(10);

    private final HostRoot root;
    private final Map<String, Compared> compared = new HashMap<>();

    /// What was found when `image` was compared with the file that lay there since `since`.
    private record Compared(ProcessImage image, Instant since, boolean same) {}

    OldPrograms(HostRoot root) {
        this.root = root;
    }

    /// Whether there is another program now where that of the main process was.
    boolean isOld(UnitStatus unit) {
        var image = ProcessImage.isReplaced(root, unit.mainPid())
                ? ProcessImage.of(root, unit.mainPid()).orElse(null)
                : null;
        if (image == null) {
            compared.remove(unit.name());
            return false;
        }
        try {
            var there = root.resolve(image.path());
            var since = ((FileTime) Files.getAttribute(there, "unix:ctime")).toInstant();
            var started = Instant.EPOCH.plus(unit.startedAtMicros(), ChronoUnit.MICROS);
            if (!since.isAfter(started.plus(REPLACES_ITSELF))) {
                return false;
            }
            var known = compared.get(unit.name());
            if (known == null || !known.image.equals(image) || !known.since.equals(since)) {
                known = new Compared(image, since, image.isLike(there));
                compared.put(unit.name(), known);
            }
            return !known.same;
        } catch (IOException e) {
            // the process ended, or its program was removed and there is none to start
            return false;
        }
    }
}
