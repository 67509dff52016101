package dev.ambit.resources;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Reads how a client proves itself to an issuer: by exactly one of `secret`, `key` and `svid`.
final class ClientReader {
  private static final int TEXT_MAX = 2_048;
  private static final List<String> PROOFS = List.of("secret", "key", "svid");
  private final Path folder;

  /// @param folder that files are named from
  ClientReader(Path folder) {
    this.folder = folder;
  }

  Optional<ProviderSpec.Client> read(Section client) {
    var before = client.findings().count();
    var proofs = PROOFS.stream().filter(client::has).toList();
    if (proofs.size() != 1) {
      client
          .findings()
          .add(
              client.place(),
              proofs.isEmpty() ? "no proof" : String.join(" and ", proofs),
              "exactly one of " + String.join(", ", PROOFS));
    }
    var svid = client.optionalSection("svid").map(section -> svid(client, section));
    var id = svid.isPresent() ? client.optionalText("id").orElse("") : client.text("id");
    var secret = client.optionalSection("secret").map(section -> secret(id, section));
    var key = client.optionalSection("key").map(section -> key(id, section));
    client.close();
    if (client.findings().count() > before) {
      return Optional.empty();
    }
    return secret.or(() -> key).or(() -> svid);
  }

  private ProviderSpec.Client secret(String id, Section secret) {
    var file = file(secret);
    secret.close();
    return new ProviderSpec.Client.Secret(id, file);
  }

  private ProviderSpec.Client key(String id, Section key) {
    var file = file(key);
    var keyId = key.text("id");
    var algorithm = key.oneOf("algorithm", List.of("ES256", "RS256", "EdDSA"), List.of());
    var audience = audience(key);
    key.close();
    return new ProviderSpec.Client.Key(
        id, file, keyId, ProviderSpec.Client.Algorithm.valueOf(algorithm), audience);
  }

  private static ProviderSpec.Client svid(Section client, Section svid) {
    var audience = audience(svid);
    svid.close();
    return new ProviderSpec.Client.Svid(client.optionalText("id"), audience);
  }

  private static String audience(Section proof) {
    var audience = proof.text("audience");
    if (audience.length() > TEXT_MAX) {
      proof.findings().add(proof.place("audience"), "too long", "at most 2048 characters");
    }
    return audience;
  }

  /// What is in it is not read here: it may be rotated, and must not stay in a resource.
  private Path file(Section proof) {
    var file = proof.text("file");
    var path = folder.resolve(file);
    if (!file.isEmpty() && !(Files.isRegularFile(path) && Files.isReadable(path))) {
      proof.findings().add(proof.place("file"), Findings.shown(file), "a readable file");
    }
    return path;
  }
}
