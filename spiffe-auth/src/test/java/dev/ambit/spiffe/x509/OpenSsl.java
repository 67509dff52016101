package dev.ambit.spiffe.x509;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The program openssl, and public authorities to try with it.
public final class OpenSsl {
  private OpenSsl() {}

  /// What it printed, whether it was content or not.
  public static String says(String... words) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(words));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return said;
  }

  /// Those that the JDK trusts: all that browsers do.
  public static List<X509Certificate> publicRoots() throws IOException, GeneralSecurityException {
    var file = Path.of(System.getProperty("java.home"), "lib", "security", "cacerts").toFile();
    var store = KeyStore.getInstance(file, (char[]) null);
    var roots = new ArrayList<X509Certificate>();
    for (var alias : Collections.list(store.aliases())) {
      roots.add((X509Certificate) store.getCertificate(alias));
    }
    return roots;
  }
}
