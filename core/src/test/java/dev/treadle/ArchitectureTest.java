package dev.treadle;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private final JavaClasses core =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.treadle");

  @Test
  void packagesHaveNoCycles() {
    slices()
        .matching("dev.treadle.(*)..")
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true)
        .check(core);
    slices()
        .matching("dev.treadle.internal.(*)..")
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true)
        .check(core);
  }

  @Test
  void coreDependsOnFewLibrariesOnly() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "", // arrays and primitives
            "dev.treadle..",
            "java..",
            "javax.management..",
            "jdk..",
            "com.sun.management..",
            "org.slf4j..",
            "org.jspecify..",
            "tools.jackson..",
            "com.fasterxml.jackson.annotation..",
            "org.HdrHistogram..")
        .allowEmptyShould(true)
        .check(core);
  }
}
