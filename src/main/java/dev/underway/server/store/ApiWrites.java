package dev.underway.server.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.model.FieldError;
import java.util.List;
import java.util.Set;

/// The people's API for those of the server who write in a person's place: the same rules, the same owners of fields,
/// the same forecast. The API implements it; features know each other only here.
public interface ApiWrites {
    /// Server-side apply that takes over the fields of others.
    ///
    /// @param object what is applied; not changed
    /// @param manager the name under which fields are owned
    Applied apply(Resource.Key key, ObjectNode object, String manager, Effect effect) throws Refused;

    /// Deletes in the background, as `kubectl delete` does; what is gone already is no failure. Only the very resource
    /// that was seen (`uid`) is deleted.
    void delete(Resource.Key key, String uid) throws Refused;

    /// Whether something is written.
    ///
    /// @param assumed namespaces that are taken to exist, because they are made together with what is only tried
    record Effect(boolean dryRun, Set<String> assumed) {
        public static final Effect WRITTEN = new Effect(false, Set.of());

        public static Effect tried(Set<String> assumed) {
            return new Effect(true, assumed);
        }
    }

    /// What an apply came to.
    ///
    /// @param changed whether anything is different now; for one that was only tried, whether it would be
    /// @param warnings sentences of the API, such as the forecast
    record Applied(Resource resource, boolean changed, List<String> warnings) {}

    /// The API does not take it.
    final class Refused extends Exception {
        private static final long serialVersionUID = 1;
        private final transient List<FieldError> errors;
        private final boolean passing;

        /// @param errors the fields that are wrong, when it is about fields
        /// @param passing whether the same may be taken a little later
        public Refused(String message, List<FieldError> errors, boolean passing) {
            super(message);
            this.errors = List.copyOf(errors);
            this.passing = passing;
        }

        public List<FieldError> errors() {
            return errors == null ? List.of() : errors;
        }

        public boolean isPassing() {
            return passing;
        }
    }
}
