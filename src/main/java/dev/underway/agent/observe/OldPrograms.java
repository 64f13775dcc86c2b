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
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Finds services whose program was replaced on the disk while it runs.
///
/// Both programs are read once and compared, for one that was taken back is there again as another file, and its
/// process is not old.
final class OldPrograms {
    /// A program that replaces itself when it starts is not old, or it would be restarted for ever.
    private static final Duration REPLACES_ITSELF = Duration.ofSeconds(10);

    /// How long a file stays as it is before it counts as written whole: `install`, `tar` and `mv` across file systems
    /// write in place, and half a program cannot be executed.
    static final Duration WRITTEN = Duration.ofSeconds(5);

    private final HostRoot root;
    private final InstantSource clock;
    private final Map<String, Compared> compared = new HashMap<>();
    private boolean beingWritten;

    /// What was found when `image` was compared with `file`, which lay there since `since`. Of two files that were put
    /// there one after the other the clock may tell the same.
    private record Compared(ProcessImage image, @Nullable Object file, Instant since, boolean same) {
        boolean isOf(ProcessImage image, @Nullable Object file, Instant since) {
            return this.image.equals(image) && Objects.equals(this.file, file) && this.since.equals(since);
        }
    }

    OldPrograms(HostRoot root, InstantSource clock) {
        this.root = root;
        this.clock = clock;
    }

    /// Those of `units` with another program now where that of the main process was.
    Set<String> look(Collection<UnitStatus> units) {
        beingWritten = false;
        return units.stream().filter(this::isOld).map(UnitStatus::name).collect(Collectors.toSet());
    }

    /// When to look once more, because the last look found something that may not be whole yet.
    Optional<Duration> again() {
        return beingWritten ? Optional.of(WRITTEN) : Optional.empty();
    }

    private boolean isOld(UnitStatus unit) {
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
            var age = Duration.between(since, clock.instant());
            if (!age.isNegative() && age.compareTo(WRITTEN) < 0) {
                beingWritten = true;
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
