package dev.ambit.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/// The page of the strip list says what the one table says.
class StripListPageTest {
  private static final Path PAGE = Path.of("..", "docs", "strip-list.md");

  @Test
  void thePageIsTheTable() throws IOException {
    var page =
        "# The strip list\n\n"
            + "What an agent never gets through to an upstream. `*` stands for any end of a name; names"
            + " are compared without case. Every header with an\n"
            + "underscore in its name is taken away as well: to servers of the CGI tradition it is the"
            + " one with a dash. Keys go with a call only by a grant with\n"
            + "`agentCredentials: pass`, what changes the meaning of a call never.\n\n"
            + "| header | query parameter | why |\n|---|---|---|\n"
            + row(StripList::key, StripList::queryKey, "a key of the agent's own")
            + row(
                name -> !StripList.key(name),
                name -> !StripList.queryKey(name),
                "another path, host or method than the judged one");
    if (Boolean.getBoolean("ambit.write.docs")) {
      Files.writeString(PAGE, page);
    }
    assertThat(PAGE)
        .as(
            "written anew with: mvn test -pl envelope -Dtest=StripListPageTest -Dambit.write.docs=true")
        .hasContent(page);
  }

  private static String row(Predicate<String> header, Predicate<String> query, String why) {
    return "| "
        + cells(StripList.headers(), header)
        + " | "
        + cells(StripList.queries(), query)
        + " | "
        + why
        + " |\n";
  }

  private static String cells(List<String> names, Predicate<String> wanted) {
    return String.join(" ", names.stream().filter(wanted).map(name -> "`" + name + "`").toList());
  }
}
