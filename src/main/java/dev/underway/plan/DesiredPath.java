package dev.underway.plan;

import dev.underway.model.Proxy;
import dev.underway.plan.PathState.Regular;
import dev.underway.plan.PathState.Symlink;
import dev.underway.plan.Step.PathChange;
import dev.underway.plan.Step.PathChange.Link;
import dev.underway.plan.Step.PathChange.WriteFile;
import dev.underway.plan.Step.Source;
import org.jspecify.annotations.Nullable;

/// What a set wants at a path.
sealed interface DesiredPath {
    String path();

    SetId set();

    /// Whether a file of the host may be taken over.
    boolean adopt();

    PathState state();

    PathChange change(String because);

    /// Whether what is there is as good as what is wanted.
    default boolean satisfiedBy(PathState there) {
        return there.fingerprint().equals(state().fingerprint());
    }

    /// A file of the set, a unit file or a drop-in. `text` is null unless it is one of the latter two.
    record Content(
            String path,
            SetId set,
            boolean adopt,
            Source source,
            int mode,
            String owner,
            String group,
            @Nullable String text)
            implements DesiredPath {
        @Override
        public Regular state() {
            return new Regular(source.sha256(), mode, owner, group, text);
        }

        @Override
        public PathChange change(String because) {
            return new WriteFile(path, set.toString(), source, mode, owner, group, because);
        }
    }

    /// An artifact's place: a symlink into the store.
    record ArtifactLink(String path, SetId set, String sha256, String target) implements DesiredPath {
        @Override
        public boolean adopt() {
            return false;
        }

        @Override
        public Symlink state() {
            return new Symlink(target);
        }

        @Override
        public PathChange change(String because) {
            return new Link(path, set.toString(), target, because);
        }
    }

    /// Which process the proxy of `unit` passes connections on to.
    record ProxyTarget(String path, SetId set, String unit, int port) implements DesiredPath {
        static ProxyTarget of(SetId set, String unit, int port) {
            return new ProxyTarget(Proxy.current(unit), set, unit, port);
        }

        /// Nobody but us and the process itself writes there.
        @Override
        public boolean adopt() {
            return true;
        }

        @Override
        public Symlink state() {
            return new Symlink(Proxy.target(port));
        }

        @Override
        public PathChange change(String because) {
            return new Link(path, set.toString(), Proxy.target(port), because);
        }
    }

    /// A link that `[Install]` asks for. Of one in a `.wants` directory only the last part of the target
    /// matters to systemd; `systemctl enable` writes it absolute.
    record EnablementLink(String path, SetId set, boolean adopt, String target, String unit) implements DesiredPath {
        /// Whether the link is another name of the unit.
        boolean alias() {
            return !target.startsWith("../");
        }

        /// The link's own name.
        String name() {
            return lastPart(path);
        }

        @Override
        public Symlink state() {
            return new Symlink(target);
        }

        @Override
        public boolean satisfiedBy(PathState there) {
            return there instanceof Symlink link
                    && (link.target().equals(target)
                            || link.target().equals(UnitPaths.unitFile(lastPart(target)))
                            || (!alias() && lastPart(link.target()).equals(lastPart(target))));
        }

        @Override
        public PathChange change(String because) {
            return new Link(path, set.toString(), target, because);
        }

        private static String lastPart(String path) {
            return path.substring(path.lastIndexOf('/') + 1);
        }
    }

    /// What is there stays as it is, whatever it is: it belongs to a process that is not to be touched.
    record Kept(String path, SetId set, PathState state) implements DesiredPath {
        @Override
        public boolean adopt() {
            return true;
        }

        @Override
        public boolean satisfiedBy(PathState there) {
            return true;
        }

        @Override
        public PathChange change(String because) {
            throw new IllegalStateException(path + " is kept");
        }
    }

    /// The name of a swappable unit: a symlink to the instance that is current.
    record InstanceAlias(String path, SetId set, boolean adopt, String instance) implements DesiredPath {
        @Override
        public Symlink state() {
            return new Symlink(instance);
        }

        @Override
        public Link change(String because) {
            return new Link(path, set.toString(), instance, because);
        }
    }
}
