package dev.underway.agent.host;

import dev.underway.agent.host.HostPolicyFile.PolicyUnusable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The owner's policy as it is now: read again when its file has changed, so that an owner who narrows it need not
/// restart the agent.
public final class PolicySource {
    private final Path file;
    private @Nullable Map<String, Object> stat;
    private HostPolicy policy = HostPolicy.DEFAULT;

    public PolicySource(Path file) {
        this.file = file;
    }

    public HostPolicy current() throws PolicyUnusable {
        Map<String, Object> now;
        try {
            now = Files.readAttributes(file, "unix:ino,size,ctime,mode,uid", LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            now = Map.of();
        }
        if (!now.equals(stat)) {
            policy = HostPolicyFile.read(file);
            stat = now;
        }
        return policy;
    }
}
