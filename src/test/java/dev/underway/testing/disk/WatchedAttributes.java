package dev.underway.testing.disk;

import java.io.IOException;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.EnumSet;
import java.util.Set;

/// Owner and mode of one path.
record WatchedAttributes(WatchedDisk disk, String path, PosixFileAttributeView real) implements PosixFileAttributeView {

    @Override
    public void setPermissions(Set<PosixFilePermission> permissions) throws IOException {
        disk.perform(new Operation.Mode(path, bits(permissions)), () -> real.setPermissions(permissions));
    }

    static int bits(Set<PosixFilePermission> permissions) {
        return permissions.stream()
                .mapToInt(permission -> 0400 >> permission.ordinal())
                .sum();
    }

    static Set<PosixFilePermission> permissions(int bits) {
        var set = EnumSet.noneOf(PosixFilePermission.class);
        for (var permission : PosixFilePermission.values()) {
            if ((bits & (0400 >> permission.ordinal())) != 0) {
                set.add(permission);
            }
        }
        return set;
    }

    @Override
    public void setOwner(UserPrincipal owner) throws IOException {
        disk.perform(new Operation.Owner(path, owner.getName()), () -> real.setOwner(owner));
    }

    @Override
    public void setGroup(GroupPrincipal group) throws IOException {
        disk.perform(new Operation.Owner(path, ":" + group.getName()), () -> real.setGroup(group));
    }

    @Override
    public void setTimes(FileTime lastModified, FileTime lastAccess, FileTime created) {
        throw new UnsupportedOperationException();
    }

    @Override
    public PosixFileAttributes readAttributes() throws IOException {
        return real.readAttributes();
    }

    @Override
    public UserPrincipal getOwner() throws IOException {
        return real.getOwner();
    }

    @Override
    public String name() {
        return real.name();
    }
}
