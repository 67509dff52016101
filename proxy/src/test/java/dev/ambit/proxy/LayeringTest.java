package dev.ambit.proxy;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.stream.Stream;

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
          .resideInAnyPackage(
              "dev.ambit.spiffe.authority..",
              "dev.ambit.resources..",
              "dev.ambit.control..",
              "dev.ambit.cli..",
              "dev.ambit.dev..",
              "dev.ambit.testkit..")
          .because(
              "the proxy takes its identity from outside, gets no templates, and shares with other"
                  + " programs only what is said and what it means");

  /// The stages in the order in which a call meets them; `listen` and `decode` come last, because
  /// they carry the call to the list.
  private static final List<String> ORDER =
      List.of(
          "identify",
          "scope",
          "approve",
          "budget",
          "resolve",
          "credential",
          "admit",
          "relay",
          "decode",
          "listen");

  @ArchTest
  static void stagesKnowOnlyWhatStandsAboveThem(JavaClasses classes) {
    for (int i = 0; i < ORDER.size(); i++) {
      var below = ORDER.subList(i + 1, ORDER.size()).stream();
      noClasses()
          .that()
          .resideInAPackage(stage(ORDER.get(i)))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(stages(Stream.concat(below, Stream.of("audit"))))
          .because("a stage takes what the stage above made, and knows nothing of those below")
          .check(classes);
    }
  }

  @ArchTest
  static final ArchRule RECORDS_ANSWERS_AND_NOUNS_KNOW_NO_STAGE =
      noClasses()
          .that()
          .resideInAnyPackage(stages(Stream.of("audit", "respond", "model")))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(stages(ORDER.stream()));

  private static String[] stages(Stream<String> names) {
    return names.map(LayeringTest::stage).toArray(String[]::new);
  }

  private static String stage(String name) {
    return "dev.ambit.proxy." + name + "..";
  }
}
