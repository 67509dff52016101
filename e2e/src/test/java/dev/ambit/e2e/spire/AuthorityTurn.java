package dev.ambit.e2e.spire;

import dev.ambit.cli.print.Json;
import dev.ambit.dev.machine.User;
import dev.ambit.testkit.Await;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One replacement of a SPIRE's X.509 authority, in the order that its operators follow: the next
/// one is prepared and everybody trusts both, then it signs, then the old one is tainted and taken
/// out of the bundle. Each step waits until all have followed the one before.
final class AuthorityTurn {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String KEY_IDENTIFIER = "2.5.29.35";

  private final RealSpire spire;
  private final List<User> workloads;

  /// @param workloads whose SVIDs must follow
  AuthorityTurn(RealSpire spire, List<User> workloads) {
    this.spire = spire;
    this.workloads = workloads;
  }

  /// Replaces it; afterwards nothing that the old one signed is trusted by anybody.
  void run() {
    var old = id(spire.localAuthority("show"), "active");
    var next = id(spire.localAuthority("prepare"), "prepared_authority");
    everybody("trusts both", held -> held.roots == 2);
    spire.localAuthority("activate", "-authorityID", next);
    everybody("holds an SVID of the next", held -> held.signer.contains(next));
    var agent = agentSerial();
    spire.localAuthority("taint", "-authorityID", old);
    Await.until("the agent's own SVID is renewed", PATIENCE, () -> !agentSerial().equals(agent));
    spire.localAuthority("revoke", "-authorityID", old);
    everybody("trusts the next alone", held -> held.roots == 1 && held.signer.contains(next));
  }

  private void everybody(String does, Predicate<Held> condition) {
    for (var workload : workloads) {
      Await.until(workload.uid() + " " + does, PATIENCE, () -> condition.test(held(workload)));
    }
  }

  /// What the agent hands to a workload.
  ///
  /// @param signer key identifier of who signed its SVID, in hexadecimal digits
  private record Held(String signer, int roots) {}

  private Held held(User workload) {
    try {
      var said = spire.ask(workload, "fetch", "x509", "-output", "json").done();
      var svid = first(said);
      return new Held(
          HexFormat.of()
              .formatHex(
                  certificates(svid.get("x509_svid")).getFirst().getExtensionValue(KEY_IDENTIFIER)),
          certificates(svid.get("bundle")).size());
    } catch (IOException | CertificateException failure) {
      throw new AssertionError("SVID of " + workload.uid(), failure);
    }
  }

  private static Map<?, ?> first(String said) {
    if (Json.read(said.getBytes(StandardCharsets.UTF_8)).orElse("") instanceof Map<?, ?> facts
        && facts.get("svids") instanceof List<?> svids
        && svids.getFirst() instanceof Map<?, ?> svid) {
      return svid;
    }
    throw new AssertionError("fetch x509: " + said + " (expected: svids)");
  }

  private static List<X509Certificate> certificates(@Nullable Object encoded)
      throws CertificateException {
    var bytes = Base64.getDecoder().decode(String.valueOf(encoded));
    return CertificateFactory.getInstance("X.509")
        .generateCertificates(new ByteArrayInputStream(bytes))
        .stream()
        .map(X509Certificate.class::cast)
        .toList();
  }

  private static String id(String said, String key) {
    var found =
        Pattern.compile("\"" + key + "\":\\{\"authority_id\":\"([0-9a-f]+)\"").matcher(said);
    if (!found.find()) {
      throw new AssertionError("localauthority: " + said + " (expected: " + key + ")");
    }
    return found.group(1);
  }

  private String agentSerial() {
    return spire.agents().replaceAll("(?s).*\"x509svid_serial_number\":\"([0-9]+)\".*", "$1");
  }
}
