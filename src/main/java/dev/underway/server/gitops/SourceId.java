package dev.underway.server.gitops;

import dev.underway.model.Kind;
import dev.underway.server.store.Resource;

/// Names a GitSource.
record SourceId(String namespace, String name) {
    static SourceId of(Resource.Key key) {
        return new SourceId(key.namespace(), key.name());
    }

    Resource.Key key() {
        return Resource.Key.of(Kind.GIT_SOURCE, namespace, name);
    }

    /// As the annotation [dev.underway.model.GitSource#OWNER] has it.
    @Override
    public String toString() {
        return namespace + "/" + name;
    }

    /// The name under which it owns the fields of what it applies.
    String manager() {
        return "git-source " + this;
    }
}
