package dev.underway.model;

import java.time.Duration;

/// What it means when a field is absent. Nothing of this is ever written into a stored object.
public final class Defaults {
    /// Permission bits of a file.
    public static final int FILE_MODE = 0644;

    /// Owner and group of a file.
    public static final String FILE_OWNER = "root";

    /// How long a unit must stay up before it counts as healthy.
    public static final Duration MIN_HEALTHY_TIME = Duration.ofSeconds(2);

    /// How long a unit may take to become healthy.
    public static final Duration READINESS_DEADLINE = Duration.ofSeconds(60);

    /// How many old revisions of a set are kept.
    public static final int REVISION_HISTORY_LIMIT = 10;

    /// Most hosts of a set that may be unavailable at a time.
    public static final IntOrPercent MAX_UNAVAILABLE = new IntOrPercent(10, true);

    /// How long a host may take to become healthy, from when its agent begins to act.
    public static final Duration HEALTHY_DEADLINE = Duration.ofMinutes(5);

    /// How long a rollout may go on without one more host that is verified.
    public static final Duration PROGRESS_DEADLINE = Duration.ofMinutes(10);

    private Defaults() {}
}
