package dev.underway.server.api;

import dev.underway.server.api.RequestPath.Part;

/// Whom `metadata.managedFields` names: a program, what it does, and to which part. The same program may be several
/// owners.
record FieldOwner(String name, Operation operation, Part part) {
    /// The words of Kubernetes.
    enum Operation {
        /// Owns exactly what it applied last.
        Apply,
        /// Owns what it changed.
        Update
    }

    static FieldOwner updating(String name, Part part) {
        return new FieldOwner(name, Operation.Update, part);
    }

    String subresource() {
        return part == Part.STATUS ? "status" : "";
    }

    /// As a conflict names it: `"gitops"`, or `"kubectl-edit" using underway.dev/v1alpha1`.
    String sentence(String apiVersion) {
        return "\"" + name + "\"" + (part == Part.STATUS ? " with subresource \"status\"" : "")
                + (operation == Operation.Update ? " using " + apiVersion : "");
    }
}
