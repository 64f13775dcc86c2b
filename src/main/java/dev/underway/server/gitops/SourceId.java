package dev.underway.server.gitops;

import dev.underway.model.Kind;
import dev.underway.server.store.Resource;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Names a GitSource.
record SourceId(String namespace, String name) {
    private static final Pattern FORM =
            Pattern.compile("([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)/([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)");

    /// Of an annotation, which anybody may have written; empty when it names nothing.
    static Optional<SourceId> parse(@Nullable String text) {
        var names = FORM.matcher(text == null ? "" : text);
        return names.matches() ? Optional.of(new SourceId(names.group(1), names.group(2))) : Optional.empty();
    }

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
