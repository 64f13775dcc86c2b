package dev.underway;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.Source;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The import table of the architecture: who may know whom. A package that is in no row may not exist.
class ArchitectureTest {
    private static final String ROOT = "dev.underway.";

    /// Only what has its source among the programs: tests may know everybody.
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .importPackages("dev.underway")
            .that(describe("are not tests", ArchitectureTest::isProgram));

    /// `server` without dots is the package of the program's entry, which ties the features together.
    private static final String TABLE = """
            # package        | may import of ours, besides itself
            model..          |
            wire..           | model..
            plan..           | model..
            agent..          | plan.. wire.. model..
            server           | server.. plan.. wire.. model..
            server.store..   | server.access.. plan.. wire.. model..
            server.access..  | server.store.. plan.. wire.. model..
            server.forecast.. | server.store.. plan.. model..
            server.api..     | server.forecast.. server.rollout.. server.store.. server.access.. plan.. wire.. model..
            server.rollout.. | server.store.. server.access.. plan.. wire.. model..
            server.events..  | server.store.. server.access.. plan.. wire.. model..
            server.node..    | server.store.. server.access.. plan.. wire.. model..
            server.gitops..  | server.forecast.. server.rollout.. server.store.. server.access.. plan.. wire.. model..
            server.web..     | server.store.. server.access.. plan.. wire.. model..
            cli..            | wire.. model..
            """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = TABLE)
    void importsOnlyWhatTheTableAllows(String itself, String others) {
        var allowed = Stream.concat(
                        Stream.of(itself), Arrays.stream(others == null ? new String[0] : others.split(" ")))
                .map(ROOT::concat)
                .toArray(String[]::new);

        classes()
                .that(resideInAPackage(ROOT + itself))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(allowed)
                        .or(describe("are not ours", c -> !c.getPackageName().startsWith("dev.underway"))))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void hasNoPackageOutsideTheTable() {
        var rows = TABLE.lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> resideInAPackage(ROOT + line.split("\\|")[0].strip()))
                .toList();

        assertThat(CLASSES).isNotEmpty().allMatch(c -> rows.stream().anyMatch(row -> row.test(c)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # library                  | only in
            jakarta.persistence..      | server.store..
            org.hibernate..            | server.store..
            io.quarkus.hibernate..     | server.store..
            io.quarkus.panache..       | server.store..
            org.flywaydb..             | server.store..
            java.sql..                 | server.store..
            javax.sql..                | server.store..
            org.freedesktop..          | agent.systemd..
            """)
    void keepsALibraryBehindItsDoor(String library, String door) {
        noClasses()
                .that(describe(
                        "are not the door", c -> !resideInAPackage(ROOT + door).test(c)))
                .should()
                .dependOnClassesThat(resideInAPackage(library))
                .check(CLASSES);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java.io..",
                "java.net..",
                "java.nio.file..",
                "java.util.concurrent..",
                "java.util.logging..",
                "org.jboss.logging..",
                "io.quarkus..",
                "jakarta.."
            })
    void plansWithoutTheOutside(String outside) {
        noClasses()
                .that(resideInAPackage(ROOT + "plan.."))
                .should()
                .dependOnClassesThat(resideInAPackage(outside))
                .check(CLASSES);
    }

    @Test
    void plansWithoutAClock() {
        noClasses()
                .that(resideInAPackage(ROOT + "plan.."))
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(Instant.class, "now")
                .check(CLASSES);
    }

    private static boolean isProgram(JavaClass c) {
        var directory = Path.of("src/main/java", c.getPackageName().split("[.]"));
        return c.getSource()
                .flatMap(Source::getFileName)
                .filter(file -> Files.exists(directory.resolve(file)))
                .isPresent();
    }

    @Test
    void namesClassesByWhatTheyAre() {
        assertThat(CLASSES)
                .extracting(JavaClass::getSimpleName)
                .noneMatch(name -> name.matches("Abstract.*|.*(Util|Utils|Helper|Helpers|Manager|Impl)"));
    }
}
