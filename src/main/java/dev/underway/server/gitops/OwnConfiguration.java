package dev.underway.server.gitops;

import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;

/// The machine as JGit sees it, without the configuration of git that the machine and its users have: what the server
/// does with repositories depends on the server alone.
final class OwnConfiguration extends SystemReader {
    private final SystemReader machine;

    OwnConfiguration(SystemReader machine) {
        this.machine = machine;
        setPlatformChecker();
    }

    @Override
    public FileBasedConfig openUserConfig(Config parent, FS fs) {
        return new Empty(parent, fs);
    }

    @Override
    public FileBasedConfig openSystemConfig(Config parent, FS fs) {
        return new Empty(parent, fs);
    }

    @Override
    public FileBasedConfig openJGitConfig(Config parent, FS fs) {
        return new Empty(parent, fs);
    }

    @Override
    public String getHostname() {
        return machine.getHostname();
    }

    @Override
    public String getenv(String variable) {
        return machine.getenv(variable);
    }

    @Override
    public String getProperty(String key) {
        return machine.getProperty(key);
    }

    @Override
    @Deprecated
    public long getCurrentTime() {
        return machine.getCurrentTime();
    }

    @Override
    @Deprecated
    public int getTimezone(long when) {
        return machine.getTimezone(when);
    }

    /// What is set is kept in memory only.
    private static final class Empty extends FileBasedConfig {
        Empty(Config parent, FS fs) {
            super(parent, null, fs);
        }

        @Override
        public void load() {
            // There is no file.
        }

        @Override
        public void save() {
            // There is no file.
        }

        @Override
        public boolean isOutdated() {
            return false;
        }
    }
}
