package dev.ambit.proxy;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/// Keeps the layering: decisions know nothing of Netty, packages form a tree, and nothing of
/// development can get into the program.
@AnalyzeClasses(packages = "dev.ambit.proxy", importOptions = DoNotIncludeTests.class)
class LayeringTest {
  @ArchTest
  static final ArchRule DECISIONS_ARE_FREE_OF_NETTY =
      noClasses()
          .that()
          .resideInAnyPackage(
              "..model..", "..identify..", "..scope..", "..approve..", "..budget..", "..respond..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.netty..", "io.grpc..")
          .because("a decision must be readable and testable without a channel");

  @ArchTest
  static final ArchRule STAGES_DO_NOT_KNOW_THE_LIST =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.ambit.proxy")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.ambit.proxy");

  @ArchTest
  static final ArchRule PACKAGES_ARE_A_TREE =
      slices().matching("dev.ambit.proxy.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule NO_AUTHORITY_OF_ITS_OWN_AND_NO_TEMPLATES =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.ambit.spiffe.authority..", "dev.ambit.resources..")
          .because("the proxy takes its identity from outside and gets no templates");
}
