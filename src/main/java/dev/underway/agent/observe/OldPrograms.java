package dev.underway.agent.observe;

import dev.underway.agent.host.HostRoot;
import dev.underway.agent.host.ProcessImage;
import dev.underway.plan.Observed.UnitStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Finds services whose program was replaced on the disk while it runs.
///
/// Both programs are read once and compared, for one that was taken back is there again as another file, and its
/// process is not old.
final class OldPrograms {
    /// A program that replaces itself when it starts is not old, or it would be restarted for ever.
    private static final Duration REPLACES_ITSELF = Duration.ofSeconds(10);

    private final HostRoot root;
    private final Map<String, Compared> compared = new HashMap<>();

    /// What was found when `image` was compared with `file`, which lay there since `since`. Of two files that were put
    /// there one after the other the clock may tell the same.
    private record Compared(ProcessImage image, @Nullable Object file, Instant since, boolean same) {
        boolean isOf(ProcessImage image, @Nullable Object file, Instant since) {
            return this.image.equals(image) && Objects.equals(this.file, file) && this.since.equals(since);
        }
    }

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
            var file = Files.readAttributes(there, BasicFileAttributes.class).fileKey();
            var known = compared.get(unit.name());
            if (known == null || !known.isOf(image, file, since)) {
                known = new Compared(image, file, since, image.isLikeWhatIsThere());
                compared.put(unit.name(), known);
            }
            return !known.same;
        } catch (IOException e) {
            // the process ended, or its program was removed and there is none to start
            return false;
        }
    }
}
