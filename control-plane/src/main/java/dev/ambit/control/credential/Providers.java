package dev.ambit.control.credential;

import dev.ambit.resources.ProviderSpec;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/// Providers, current ones by name and those of the past by the digest of their configuration. What
/// was issued under a configuration is revoked and probed under it: asking another issuer would
/// hand it the token, and its "inactive" would pass for death. Thread-safe.
public final class Providers {
  private static final int KEPT_MAX = 64;

  private final Supplier<Map<String, ProviderSpec>> current;
  private final Function<ProviderSpec, CredentialProvider> maker;
  private final Map<String, CredentialProvider> made =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, CredentialProvider> eldest) {
          return size() > KEPT_MAX;
        }
      };

  /// @param current the providers of the resources in force, by name
  /// @param maker makes the provider of one configuration
  public Providers(
      Supplier<Map<String, ProviderSpec>> current,
      Function<ProviderSpec, CredentialProvider> maker) {
    this.current = current;
    this.maker = maker;
  }

  /// The provider of that name as configured now.
  public Optional<Configured> current(String name) {
    return Optional.ofNullable(current.get().get(name)).map(spec -> configured(SpecText.of(spec)));
  }

  /// The provider of a stored configuration.
  public CredentialProvider of(String spec) {
    return configured(spec).provider();
  }

  private synchronized Configured configured(String spec) {
    var digest = sha256(spec);
    var provider = made.computeIfAbsent(digest, _ -> maker.apply(SpecText.read(spec)));
    return new Configured(digest, spec, provider);
  }

  private static String sha256(String text) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("digest: SHA-256 is missing from this JDK", e);
    }
  }

  /// A provider and the configuration it follows.
  ///
  /// @param version digest of `spec`
  public record Configured(String version, String spec, CredentialProvider provider) {}
}
