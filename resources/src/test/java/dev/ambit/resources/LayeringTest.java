package dev.ambit.resources;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/// Keeps the reading of resources independent of how they are sent and enforced.
@AnalyzeClasses(packages = "dev.ambit.resources", importOptions = DoNotIncludeTests.class)
class LayeringTest {
  @ArchTest
  static final ArchRule RESOURCES_KNOW_NO_WIRE =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.netty..",
              "io.grpc..",
              "com.google.protobuf..",
              "dev.ambit.v1..",
              "dev.ambit.proxy..",
              "dev.ambit.control..")
          .because("control plane and CLI read them alike, and the proxy never does");
}
