package dev.underway.agent.host;

import dev.underway.model.UnitSetSpec.ManagedFile;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Users and groups of this host, by name and never by number: a number means another account on the next host.
public final class Accounts {
    private static final UserPrincipalLookupService LOOKUP =
            FileSystems.getDefault().getUserPrincipalLookupService();

    private Accounts() {}

    /// Names that a set declares in its sysusers.d(5) files and that will exist once these are applied.
    public record Declared(Set<String> users, Set<String> groups) {

        /// The accounts in the sysusers.d files among `files`: `u` makes a user and its group, `g` a group.
        public static Declared of(List<ManagedFile> files) {
            var users = new HashSet<String>();
            var groups = new HashSet<String>();
            for (var file : files) {
                if (Declarations.isSysusers(file.path())) {
                    Declarations.lines(file).stream()
                            .filter(words -> words.size() > 1)
                            .forEach(words -> {
                                if (words.getFirst().startsWith("u")) {
                                    users.add(words.get(1));
                                    groups.add(words.get(1));
                                } else if (words.getFirst().startsWith("g")) {
                                    groups.add(words.get(1));
                                }
                            });
                }
            }
            return new Declared(users, groups);
        }
    }

    public static boolean userExists(String name) {
        return exists(() -> user(name));
    }

    public static boolean groupExists(String name) {
        return exists(() -> group(name));
    }

    /// Throws UserPrincipalNotFoundException, with the name, for names that nobody has, numbers included.
    static UserPrincipal user(String name) throws IOException {
        try {
            return LOOKUP.lookupPrincipalByName(named(name));
        } catch (UserPrincipalNotFoundException e) {
            throw new UserPrincipalNotFoundException(name);
        }
    }

    static GroupPrincipal group(String name) throws IOException {
        try {
            return LOOKUP.lookupPrincipalByGroupName(named(name));
        } catch (UserPrincipalNotFoundException e) {
            throw new UserPrincipalNotFoundException(name);
        }
    }

    private static String named(String name) throws UserPrincipalNotFoundException {
        if (name.isEmpty() || name.chars().allMatch(Character::isDigit)) {
            throw new UserPrincipalNotFoundException(name);
        }
        return name;
    }

    private interface Lookup {
        Object run() throws IOException;
    }

    private static boolean exists(Lookup lookup) {
        try {
            lookup.run();
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
