package dev.ambit.control;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/// Credentials, closure and audit know no server, and nobody but the store knows SQL.
@AnalyzeClasses(packages = "dev.ambit.control", importOptions = DoNotIncludeTests.class)
class EvidenceLayeringTest {
  @ArchTest
  static final ArchRule NO_SERVER_BEHIND_THE_SEAMS =
      noClasses()
          .that()
          .resideInAnyPackage("..credential..", "..closure..", "..audit..", "..store..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("com.linecorp.armeria..", "io.grpc..", "io.netty..")
          .because("what must survive a crash is tested without a channel");

  @ArchTest
  static final ArchRule SQL_IN_THE_STORE_ALONE =
      noClasses()
          .that()
          .resideOutsideOfPackage("..store..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.jdbi..", "java.sql..", "org.sqlite..", "org.flywaydb..")
          .because("one package is to be changed for another database");

  @ArchTest
  static final ArchRule CREDENTIALS_DO_NOT_KNOW_CLOSURE =
      noClasses()
          .that()
          .resideInAPackage("..credential..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("..closure..", "..audit..", "..api..", "..publish..")
          .because("closure stands on credentials, not the other way round");
}
