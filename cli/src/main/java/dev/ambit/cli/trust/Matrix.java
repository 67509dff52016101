package dev.ambit.cli.trust;

import dev.ambit.spiffe.anchors.TrustFolder;
import dev.ambit.spiffe.anchors.TrustVariables;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Validity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Tries clients against two servers: one of an authority that they are told of, and one of another
/// authority with the same name.
final class Matrix implements AutoCloseable {
  private static final Duration LIFE = Duration.ofHours(1);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /// One of them is compiled, with all that it stands on.
  private static final Duration PROBE_PATIENCE = Duration.ofMinutes(5);

  private static final String NAME = "Ambit trust test";

  private final TrustFolder trust;
  private final Path sources;
  private final Map<String, String> bare;
  private final Programs programs;
  private final Optional<Overlay> overlay;
  private final TestServer ours;
  private final TestServer foreign;

  /// What one client answered.
  record Line(String client, Answer environment, Answer directory) {
    /// Told in every way, it does not trust; or it trusts whom nobody told it of.
    boolean wrong() {
      var no = environment == Answer.NO && directory == Answer.NO;
      return no || environment == Answer.ANYONE || directory == Answer.ANYONE;
    }
  }

  /// @param folder empty, of this run alone
  /// @param environment that clients inherit, but for what tells them whom to trust and where a
  ///   proxy is
  Matrix(Path folder, Map<String, String> environment, Instant now)
      throws IOException, InterruptedException {
    trust = new TrustFolder(folder.resolve("trust"));
    sources = Files.createDirectory(folder.resolve("sources"));
    for (var source : Client.SOURCES.entrySet()) {
      Files.writeString(sources.resolve(source.getKey()), source.getValue());
    }
    programs = new Programs(environment.getOrDefault("PATH", ""));
    bare = without(TrustVariables.of(trust, ""), environment);
    var validity = Validity.from(now, LIFE);
    var known = CertificateAuthority.create(NAME, validity);
    // Nobody's public authorities are needed: the same files would hold them.
    trust.publish(List.of(), List.of(known.certificate()));
    overlay = Overlay.find(trust, programs, bare, PATIENCE);
    ours = TestServer.open(known, validity);
    try {
      foreign = TestServer.open(CertificateAuthority.create(NAME, validity), validity);
    } catch (IOException failed) {
      ours.close();
      throw failed;
    }
  }

  boolean triesDirectory() {
    return overlay.isPresent();
  }

  Line tryOut(Client client) throws InterruptedException {
    var found = programs.find(client.program());
    if (found.isEmpty() || !probe(client, found.get())) {
      return new Line(client.name(), Answer.NOT_THERE, Answer.NOT_THERE);
    }
    var told = new HashMap<>(bare);
    told.putAll(TrustVariables.of(trust, ""));
    var environment =
        Answer.of(
            reaches(client, found.get(), ours, told, Optional.empty()),
            reaches(client, found.get(), foreign, told, Optional.empty()));
    var directory =
        overlay.isEmpty()
            ? Answer.NOT_TRIED
            : Answer.of(
                reaches(client, found.get(), ours, bare, overlay),
                reaches(client, found.get(), foreign, bare, overlay));
    return new Line(client.name(), environment, directory);
  }

  private boolean probe(Client client, Path found) throws InterruptedException {
    var command = client.probe(found, sources);
    return command.isEmpty() || programs.run(command, bare, "", PROBE_PATIENCE);
  }

  private boolean reaches(
      Client client,
      Path found,
      TestServer server,
      Map<String, String> environment,
      Optional<Overlay> under)
      throws InterruptedException {
    var url = server.fresh();
    var command = client.command(found, sources, url);
    var whole = under.isPresent() ? under.get().around(command) : command;
    // How it ends says little (git wants a repository): what arrived says all.
    var _ = programs.run(whole, environment, client.input(url), PATIENCE);
    return server.saw(url);
  }

  private static Map<String, String> without(
      Map<String, String> variables, Map<String, String> environment) {
    var rest = new HashMap<>(environment);
    rest.keySet()
        .removeIf(name ->
            variables.containsKey(name) || name.toLowerCase(Locale.ROOT).endsWith("_proxy"));
    return Map.copyOf(rest);
  }

  @Override
  public void close() {
    ours.close();
    foreign.close();
  }
}
