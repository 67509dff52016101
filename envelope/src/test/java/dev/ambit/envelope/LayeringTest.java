package dev.ambit.envelope;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/// Keeps the engine pure: what decides must be readable, and testable, without a network.
@AnalyzeClasses(packages = "dev.ambit.envelope", importOptions = DoNotIncludeTests.class)
class LayeringTest {
  @ArchTest
  static final ArchRule ENGINE_IS_PURE =
      classes()
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.ambit.envelope..",
              "java..",
              "org.jspecify..",
              "com.google.re2j..",
              "com.fasterxml.jackson.core..")
          .because("proxy, control plane and CLI must decide alike, each without the others");
}
