package dev.ambit.dev;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What the documents name is there.
class DocumentsTest {
  private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|#)([^)#]+)");
  private static final Pattern TEST = Pattern.compile("`(\\w+Test)\\.(\\w+)`");
  private static final Pattern STAGE =
      Pattern.compile("\\| \\w+ \\| `(\\w+)` \\| ((?:`\\w+`,? ?)+)\\|");
  private static final Pattern JAR = Pattern.compile("(?!ambit-)(.+?)-\\d[^-]*(-[^/]*)?\\.jar");
  private static final Pattern NAME = Pattern.compile("`(\\w+)`");

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    var broken = new ArrayList<String>();
    for (var document : documents()) {
      matches(LINK, document)
          .forEach(link -> {
            if (!Files.exists(document.resolveSibling(link.group(1)))) {
              broken.add(HOME.relativize(document) + ": " + link.group(1));
            }
          });
    }
    assertThat(broken).isEmpty();
  }

  @Test
  void everyTestThatIsNamedExists() throws IOException {
    var named = 0;
    var missing = new ArrayList<String>();
    for (var document : documents()) {
      for (var test : matches(TEST, document)) {
        named++;
        if (sources(test.group(1)).noneMatch(source -> source.contains(" " + test.group(2)))) {
          missing.add(HOME.relativize(document) + ": " + test.group());
        }
      }
    }
    assertThat(missing).isEmpty();
    assertThat(named).isGreaterThan(20);
  }

  @Test
  void theWayOfACallNamesItsPackagesAndClasses() throws IOException {
    var proxy = HOME.resolve("proxy/src/main/java/dev/ambit/proxy");
    var stages = matches(STAGE, HOME.resolve("ARCHITECTURE.md"));
    assertThat(stages).hasSize(12);
    for (var stage : stages) {
      var names = NAME.matcher(stage.group(2)).results().toList();
      assertThat(names).isNotEmpty();
      for (var name : names) {
        assertThat(proxy.resolve(stage.group(1)).resolve(name.group(1) + ".java")).exists();
      }
    }
  }

  @Test
  void everyLibraryIsListedWithItsLicence() throws IOException {
    var page = Files.readString(HOME.resolve("docs/third-party.md"));
    var unlisted =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(entry -> JAR.matcher(Path.of(entry).getFileName().toString()))
            .filter(Matcher::matches)
            .map(jar -> jar.group(1))
            .filter(artifact -> !page.contains("`" + artifact + "`"))
            .toList();
    assertThat(unlisted).isEmpty();
  }

  private static Stream<String> sources(String type) throws IOException {
    var sources = new ArrayList<String>();
    for (var file : files(path -> path.endsWith(type + ".java"))) {
      sources.add(Files.readString(file));
    }
    return sources.stream();
  }

  private static List<MatchResult> matches(Pattern pattern, Path document) throws IOException {
    return pattern.matcher(Files.readString(document)).results().toList();
  }

  private static List<Path> documents() throws IOException {
    return files(path -> path.toString().endsWith(".md"));
  }

  private static List<Path> files(Predicate<Path> which) throws IOException {
    try (var paths = Files.walk(HOME)) {
      return paths
          .filter(path -> !path.toString().contains("/target/") && which.test(path))
          .toList();
    }
  }
}
