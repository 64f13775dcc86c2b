package dev.underway.server.store;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// How far something is known to have come, and who waits for it to come further.
final class Horizon {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition further = lock.newCondition();
    private volatile long number;

    long number() {
        return number;
    }

    /// Tells that it has come at least this far.
    void reached(long number) {
        lock.lock();
        try {
            if (number > this.number) {
                this.number = number;
                further.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Waits until it is beyond `number`; false when the time is over before.
    boolean awaitBeyond(long number, Duration time) throws InterruptedException {
        var nanos = TimeUnit.NANOSECONDS.convert(time);
        lock.lockInterruptibly();
        try {
            while (this.number <= number) {
                if (nanos <= 0) {
                    return false;
                }
                nanos = further.awaitNanos(nanos);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }
}
