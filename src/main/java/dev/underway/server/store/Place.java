package dev.underway.server.store;

/// A place in the order of a list: after the resource of this name.
record Place(String namespace, String name) {
    static final Place START = new Place("", "");

    static Place of(Resource.Key key) {
        return new Place(key.namespace(), key.name());
    }
}
