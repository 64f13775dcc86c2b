package dev.underway.model.schema;

/// Where a value is in its object, as Kubernetes writes it: `spec.units[1].content`, `metadata.labels[app]`.
record Path(String text) {
    static final Path ROOT = new Path("");

    Path field(String name) {
        return new Path(text.isEmpty() ? name : text + "." + name);
    }

    Path element(int index) {
        return new Path(text + "[" + index + "]");
    }

    Path key(String key) {
        return new Path(text + "[" + key + "]");
    }
}
