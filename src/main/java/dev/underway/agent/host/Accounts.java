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
import java.util.regex.Pattern;

/// Users and groups of this host, by name and never by number: a number means another account on the next host.
public final class Accounts {
    private static final UserPrincipalLookupService LOOKUP =
            FileSystems.getDefault().getUserPrincipalLookupService();

    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

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
        return found(named(name), LOOKUP::lookupPrincipalByName);
    }

    static GroupPrincipal group(String name) throws IOException {
        return found(named(name), LOOKUP::lookupPrincipalByGroupName);
    }

    /// Who owns something.
    public record Owner(UserPrincipal user, GroupPrincipal group) {}

    /// Whom systemd gives the path of a socket to (systemd.socket(5), `SocketUser=`): a name or a number each; empty is
    /// root, and for the group of a user the one that the user is in first of all.
    ///
    /// Throws UserPrincipalNotFoundException, with the name, for names that nobody has.
    public static Owner ofSocket(String user, String group) throws IOException {
        var owner = found(user.isEmpty() ? "root" : user, LOOKUP::lookupPrincipalByName);
        if (!group.isEmpty()) {
            return new Owner(owner, found(group, LOOKUP::lookupPrincipalByGroupName));
        }
        int number = user.isEmpty() ? 0 : firstGroup(user);
        return new Owner(owner, LOOKUP.lookupPrincipalByGroupName(Integer.toUnsignedString(number)));
    }

    private static int firstGroup(String user) throws IOException {
        var group =
                NUMBER.matcher(user).matches() ? Kernel.groupOf(Integer.parseUnsignedInt(user)) : Kernel.groupOf(user);
        return group.orElseThrow(() -> new UserPrincipalNotFoundException(user));
    }

    private interface ByName<P> {
        P find(String name) throws IOException;
    }

    /// The JDK's exception says nothing of the name.
    private static <P> P found(String name, ByName<P> lookup) throws IOException {
        try {
            return lookup.find(name);
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
