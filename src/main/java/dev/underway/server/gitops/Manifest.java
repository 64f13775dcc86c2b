package dev.underway.server.gitops;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.underway.server.store.Resource;
import java.util.Locale;

/// One object of a file, checked as far as that is possible without looking at anything else.
///
/// @param object as it is applied; nobody changes it
/// @param line (from 1) at which it begins
record Manifest(Resource.Key key, ObjectNode object, String file, int line) {
    /// The key as people write it: `unitset/web`, and with its namespace when that is not `home`.
    static String named(Resource.Key key, String home) {
        var away = key.kind().namespaced() && !key.namespace().equals(home);
        return key.kind().name().toLowerCase(Locale.ROOT) + "/" + key.name() + (away ? " in " + key.namespace() : "");
    }
}
