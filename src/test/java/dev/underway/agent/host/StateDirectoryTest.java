package dev.underway.agent.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.underway.plan.Inventory;
import dev.underway.plan.Inventory.Owned;
import dev.underway.plan.Inventory.RunsWith;
import dev.underway.plan.SetId;
import dev.underway.testing.Mounts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateDirectoryTest {
    private static final Inventory INVENTORY = new Inventory(
            Map.of(
                    new SetId("shop", "web"),
                    new Owned("d1", Map.of("/etc/web/a", "file", "/etc/web/b", Owned.PENDING), Set.of("web.service"))),
            Map.of("web.service", new RunsWith("i1", Map.of("/etc/x", "text"), Map.of("/etc/web/a", "d"), null)));

    @TempDir
    Path directory;

    @Test
    void letsServicesReachTheStoreAndNobodyElseReadTheRest() throws Exception {
        try (var state = StateDirectory.open(directory.resolve("state"))) {
            state.write("secret.json", new byte[0]);

            assertThat(mode("state")).isEqualTo(0711);
            assertThat(mode("state/store")).isEqualTo(0755);
            assertThat(mode("state/revisions")).isEqualTo(0700);
            assertThat(mode("state/secret.json")).isEqualTo(0600);
        }
    }

    @Test
    void isOpenedByOneAgentOnly() throws Exception {
        try (var state = StateDirectory.open(directory)) {
            assertThat(state.read("nothing")).isEmpty();
            var program = """
                import java.nio.channels.*; import java.nio.file.*;
                public class Other { public static void main(String[] a) throws Exception {
                    try (var c = FileChannel.open(Path.of(a[0]), StandardOpenOption.WRITE)) {
                        System.exit(c.tryLock() == null ? 3 : 0); } } }
                """;
            var source = Files.writeString(directory.resolve("Other.java"), program);

            var other = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            source.toString(),
                            directory.resolve("lock").toString())
                    .inheritIO()
                    .start();

            assertThat(other.waitFor())
                    .as("another process does not get the lock")
                    .isEqualTo(3);
        }
    }

    @Test
    void keepsTheInventoryAsItWas() throws Exception {
        try (var state = StateDirectory.open(directory)) {
            new Journal(state).record(INVENTORY, Set.of("/etc/web"));

            var again = new Journal(state);

            assertThat(again.inventory()).isEqualTo(INVENTORY);
            assertThat(again.directories()).containsExactly("/etc/web");
        }
    }

    @Test
    void keepsTheOldInventoryWhenTheDiskIsFull() throws Exception {
        try (var mounts = new Mounts()) {
            mounts.tmpfs(directory, "64k");
            try (var state = StateDirectory.open(directory)) {
                var journal = new Journal(state);
                journal.record(INVENTORY);
                Files.write(directory.resolve("ballast"), new byte[60_000]);
                var large = new Inventory(
                        INVENTORY.owned(),
                        Map.of("web.service", new RunsWith("i", Map.of("/x", "x".repeat(50_000)), Map.of(), null)));

                assertThatThrownBy(() -> journal.record(large)).hasMessageContaining("No space left");

                assertThat(journal.inventory()).isEqualTo(INVENTORY);
                assertThat(new Journal(state).inventory()).isEqualTo(INVENTORY);
            }
        }
    }

    @Test
    void setsABrokenFileAsideAndBeginsAnew() throws Exception {
        try (var state = StateDirectory.open(directory)) {
            Files.writeString(directory.resolve("inventory.json"), "\u0000\u0000");

            assertThat(new Journal(state).inventory()).isEqualTo(Inventory.EMPTY);
            assertThat(directory.resolve("inventory.json.corrupt")).exists();
            assertThat(directory.resolve("inventory.json")).doesNotExist();
        }
    }

    private int mode(String path) throws Exception {
        return (Integer) Files.getAttribute(directory.resolve(path), "unix:mode") & 07777;
    }
}
