package dev.underway.server.rollout;

import dev.underway.model.Assignment;
import dev.underway.model.Revision;
import dev.underway.model.UnitSetSpec;
import org.jspecify.annotations.Nullable;

/// One thing that is to be written for a UnitSet.
sealed interface Decision {
    /// The UnitSet gets the finalizer that lets its hosts be cleaned before it goes.
    record Guard() implements Decision {}

    /// A content that was never seen before becomes a Revision.
    record MakeRevision(String name, Revision.Spec spec) implements Decision {}

    /// A host is told what to run, for the first time or anew. The generation of its [Assignment.Told] is that of
    /// the write.
    record Assign(String name, Assignment.Spec spec) implements Decision {}

    /// A host is told how to treat what it was told already; nothing that runs changes.
    record Treat(String name, Assignment.Spec spec) implements Decision {}

    /// A host is told to remove the set (or with Orphan, to forget it); the Assignment stays until it has.
    record Withdraw(String name, String uid, UnitSetSpec.@Nullable DeletionPolicy policy) implements Decision {}

    /// The host is gone: nobody will ever answer, the Assignment goes at once.
    record Release(String name, String uid) implements Decision {}

    /// A Revision that nobody runs and that is too old for the history.
    record ForgetRevision(String name) implements Decision {}

    /// What a person confirmed is done: the confirmation goes, so that it does not hold for the next slip.
    record SpendConfirmation() implements Decision {}

    /// Nothing is left to wait for: the UnitSet may go.
    record LetGo() implements Decision {}
}
