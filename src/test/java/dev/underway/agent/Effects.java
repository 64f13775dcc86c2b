package dev.underway.agent;

import dev.underway.testing.disk.Operation;
import dev.underway.testing.disk.WatchedDisk.Witness;
import java.util.ArrayList;
import java.util.List;

/// Everything that an agent changes, on the disk and through systemd, in one order. The agent can be killed before any
/// effect, and after one that it has not heard of yet. A killed agent changes nothing more, whatever its code would
/// still clear up.
final class Effects implements Witness {
    /// Such as `Rename /etc/systemd/system/web.service` and `start web.service`.
    final List<String> all = new ArrayList<>();

    final List<Operation> operations = new ArrayList<>();
    private int killBefore = Integer.MAX_VALUE;
    private int killAfter = Integer.MAX_VALUE;
    private boolean dead;

    /// What an agent that was killed was about to do; empty when it was killed after the last effect.
    String prevented = "";

    /// The agent was killed.
    static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    /// Forgets what was, and kills the agent before the effect with this number from now on.
    void killBefore(int number) {
        fromNow();
        killBefore = number;
    }

    void killAfter(int number) {
        fromNow();
        killAfter = number;
    }

    /// Forgets what was. Nobody is killed.
    void fromNow() {
        all.clear();
        operations.clear();
        killBefore = Integer.MAX_VALUE;
        killAfter = Integer.MAX_VALUE;
        dead = false;
        prevented = "";
    }

    Killed kill() {
        dead = true;
        return new Killed();
    }

    void before(String effect) {
        if (dead) {
            throw kill();
        }
        if (all.size() == killBefore) {
            prevented = effect;
            throw kill();
        }
        all.add(effect);
    }

    void after() {
        if (all.size() - 1 == killAfter) {
            throw kill();
        }
    }

    @Override
    public void before(Operation operation) {
        before(operation.name());
        operations.add(operation);
    }

    @Override
    public void after(Operation operation) {
        after();
    }
}
