package dev.underway.agent.systemd;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Matches the end of a job with whoever waits for it.
///
/// A job can be over before the call that made it has returned its path, so the last ends are remembered whether
/// or not somebody asked. Paths are never used twice in the life of a manager.
final class Jobs {
    private static final int REMEMBERED = 256;

    private final Map<String, String> ended = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > REMEMBERED;
        }
    };

    private @Nullable String lost;

    synchronized void ended(String job, String result) {
        ended.put(job, result);
        notifyAll();
    }

    /// No more ends will be heard of.
    synchronized void lost(String why) {
        lost = why;
        notifyAll();
    }

    /// systemd's word for how the job ended.
    synchronized String await(String job, String what, Duration timeout) throws SystemdException {
        long until = System.nanoTime() + timeout.toNanos();
        for (; ; ) {
            var result = ended.remove(job);
            if (result != null) {
                return result;
            }
            if (lost != null) {
                throw new SystemdException("it is not known how " + what + " ended, because " + lost
                        + "; the unit's state is read again in the next pass");
            }
            long left = until - System.nanoTime();
            if (left <= 0) {
                throw new SystemdException(what + " did not end in " + timeout.toSeconds()
                        + " s and goes on; see 'systemctl list-jobs' on the host");
            }
            try {
                wait(left / 1_000_000 + 1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new SystemdException("interrupted while waiting for " + what, e);
            }
        }
    }
}
