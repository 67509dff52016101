package dev.ambit.control;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/// Keeps the layering: SQL in one package, servers in three, and packages that form a tree.
@AnalyzeClasses(packages = "dev.ambit.control", importOptions = DoNotIncludeTests.class)
class LayeringTest {
  @ArchTest
  static final ArchRule SQL_IS_IN_STORE =
      noClasses()
          .that()
          .resideOutsideOfPackage("..control.store..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.jdbi..", "java.sql..", "org.sqlite..", "org.flywaydb..", "com.zaxxer..")
          .because("the database can only be changed for another if one package knows it");

  @ArchTest
  static final ArchRule SERVERS_ARE_AT_THE_EDGE =
      noClasses()
          .that()
          .resideInAnyPackage(
              "..control.session..",
              "..control.lifecycle..",
              "..control.credential..",
              "..control.closure..",
              "..control.audit..",
              "..control.store..",
              "..control.caller..",
              "..control.resources..",
              "..control.webhook.inject..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("com.linecorp.armeria..", "io.grpc..", "io.netty..")
          .because("what is decided must be readable and testable without a server");

  @ArchTest
  static final ArchRule NOTHING_DEPENDS_ON_THE_WIRING =
      noClasses()
          .that()
          .resideInAPackage("dev.ambit.control.*..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.ambit.control");

  @ArchTest
  static final ArchRule PACKAGES_ARE_A_TREE =
      slices().matching("dev.ambit.control.(*)..").should().beFreeOfCycles();
}
