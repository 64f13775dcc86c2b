package dev.underway.agent.host;

import java.nio.file.Path;

/// Where the host's file system begins: `/`, or the root of an image that is worked on from outside.
public record HostRoot(Path directory) {
    public static final HostRoot SYSTEM = new HostRoot(Path.of("/"));

    /// The real place of an absolute path of the host.
    public Path resolve(String path) {
        return directory.resolve(path.substring(1));
    }
}
