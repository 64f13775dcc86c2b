package dev.underway.server.rollout;

import dev.underway.model.Kind;
import dev.underway.server.store.Resource;

/// Which UnitSet is meant; it need not exist (any more).
record SetKey(String namespace, String name) {
    Resource.Key resource() {
        return key(Kind.UNIT_SET, name);
    }

    Resource.Key assignment(String name) {
        return key(Kind.ASSIGNMENT, name);
    }

    Resource.Key revision(String name) {
        return key(Kind.REVISION, name);
    }

    private Resource.Key key(Kind kind, String name) {
        return Resource.Key.of(kind, namespace, name);
    }
}
