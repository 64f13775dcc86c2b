package dev.underway.agent.systemd;

import dev.underway.plan.Observed.UnitStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// The fake keeps the promises that the real systemd keeps in [DbusSystemdTest].
class FakeSystemdTest extends SystemdContract {
    @TempDir
    private Path directory;

    private FakeSystemd systemd;

    @BeforeEach
    void open() {
        systemd = new FakeSystemd(directory);
    }

    @AfterEach
    void close() {
        systemd.close();
    }

    @Override
    Systemd systemd() {
        return systemd;
    }

    @Override
    Systemd operator() {
        return systemd;
    }

    @Override
    void unitFile(String path, String text) {
        try {
            Files.createDirectories(directory.resolve(path).getParent());
            Files.writeString(directory.resolve(path), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    void removeUnitFile(String name) {
        try {
            Files.delete(directory.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    void link(String path, String target) {
        try {
            Files.createDirectories(directory.resolve(path).getParent());
            Files.deleteIfExists(directory.resolve(path));
            Files.createSymbolicLink(directory.resolve(path), Path.of(target));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    void crash(UnitStatus unit) {
        systemd.crash(unit.name());
    }
}
