package dev.ambit.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/// The command is a client: it knows the API and the receipt, and neither of the two programs.
@AnalyzeClasses(packages = "dev.ambit.cli", importOptions = DoNotIncludeTests.class)
class LayeringTest {
  @ArchTest
  static final ArchRule KNOWS_NEITHER_PROGRAM =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.ambit.proxy..", "dev.ambit.control..", "dev.ambit.dev..")
          .because("everyone uses the same API, and images hold no development set");

  @ArchTest
  static final ArchRule CANNOT_START_A_DEVELOPMENT_AUTHORITY =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.ambit.spiffe.authority..")
          .because("identities come from SPIRE, but in the development set");
}
