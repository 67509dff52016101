package dev.ambit.resources;

import dev.ambit.envelope.Grant;
import dev.ambit.envelope.PathTemplate;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// Reads the `grpc` of a grant: methods of gRPC, which are paths to everyone else (gRPC over
/// HTTP/2: POST to `/package.Service/Method`).
final class GrpcReader {
  private static final String NAME = "[A-Za-z_][A-Za-z0-9_]*";
  private static final Pattern TERM =
      Pattern.compile(NAME + "(?:\\." + NAME + ")*/(?:" + NAME + "|\\*)");
  private static final int TERM_MAX = 512;

  private GrpcReader() {}

  /// The paths; what cannot be read is a finding, and left out.
  ///
  /// @param parameters of the template, none of which a `*` may be taken for
  static List<PathTemplate> read(Section grant, Section grpc, Set<String> parameters) {
    var findings = grant.findings();
    for (var key : List.of("methods", "paths", "body", "websocket")) {
      grant.refuse(key, key + " beside grpc", "grpc alone: it says both");
    }
    var any = any(parameters);
    var terms = new LinkedHashSet<String>();
    var paths = new ArrayList<PathTemplate>();
    for (var item : grpc.texts("methods", Grant.PATHS_MAX)) {
      var term = item.text();
      if (term.length() > TERM_MAX || !TERM.matcher(term).matches()) {
        findings.add(
            item.place(), Findings.shown(term), "package.Service/Method or package.Service/*");
      } else if (!terms.add(term)) {
        findings.add(item.place(), term + " twice", "each once");
      } else {
        paths.add(PathTemplate.parse("/" + term.replace("*", any)).orThrow());
      }
    }
    grpc.close();
    return paths;
  }

  /// A free segment that is no parameter of the template.
  private static String any(Set<String> parameters) {
    var name = new StringBuilder("method");
    while (parameters.contains(name.toString())) {
      name.append('_');
    }
    return "{" + name + "}";
  }
}
