package dev.underway.testing;

import dev.underway.server.access.AdminKubeconfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/// Where one test works: a namespace of its own, so that tests do not see each other.
public final class Place {
    /// Far from the numbers that other tests of one server give to what they call `shop`.
    private static final AtomicInteger NUMBER = new AtomicInteger(1000);

    private Place() {}

    /// The administrator's kubectl, in a new namespace named `shop-` and a number.
    public static Kubectl open(URI server, Path stateDirectory) {
        try {
            var admin = AdminKubeconfig.prepare(stateDirectory, server);
            var namespace = "shop-" + NUMBER.incrementAndGet();
            var kubeconfig = stateDirectory.resolve(namespace + ".kubeconfig");
            Files.writeString(
                    kubeconfig,
                    Files.readString(admin.file()).replace("namespace: default", "namespace: " + namespace));
            var kubectl = Kubectl.with(kubeconfig, stateDirectory.resolve("home"));
            var made = kubectl.run("create", "namespace", namespace);
            if (made.exit() != 0) {
                throw new AssertionError("no namespace for the test: " + made.err());
            }
            return kubectl;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
