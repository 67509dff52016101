package dev.ambit.proxy.attacks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/// Server certificates as no authority of ours issues them, made with the JDK's keytool: key stores
/// with the password `changeit` whose entry `leaf` is the server's.
final class Certificates {
  static final String PASSWORD = "changeit";

  /// Name constraints (RFC 5280 4.2.1.10): permitted subtree evil.test, in DER.
  private static final String ONLY_EVIL = "300FA00D300B82096576696C2E74657374";

  private final Path dir;

  Certificates(Path dir) {
    this.dir = dir;
  }

  /// Signed by itself.
  Path selfSigned(String host) throws IOException, InterruptedException {
    pair(store("server"), "leaf", "CN=" + host, "-ext", "san=dns:" + host);
    return store("server");
  }

  /// By a root that may vouch for names under evil.test alone; its certificate is in `root.pem`.
  Path beyondTheConstraintsOfItsRoot(String host) throws IOException, InterruptedException {
    authority("root", "-ext", "2.5.29.30:critical=" + ONLY_EVIL);
    return issued(host, "root");
  }

  /// The same, but it is an authority below the root that is limited.
  Path beyondTheConstraintsOfAnIntermediate(String host) throws IOException, InterruptedException {
    authority("root");
    authority("middle");
    sign(
        "root",
        "middle",
        "-ext",
        "bc:c=ca:true",
        "-ext",
        "ku:c=keyCertSign",
        "-ext",
        "2.5.29.30:critical=" + ONLY_EVIL);
    return issued(host, "middle");
  }

  private void authority(String name, String... extensions)
      throws IOException, InterruptedException {
    var all = new ArrayList<>(List.of("-ext", "bc:c=ca:true", "-ext", "ku:c=keyCertSign"));
    all.addAll(List.of(extensions));
    pair(store(name), "leaf", "CN=" + name, all.toArray(String[]::new));
    keytool(name, "-exportcert", "-rfc", "-alias", "leaf", "-file", pem(name));
  }

  private Path issued(String host, String by) throws IOException, InterruptedException {
    pair(store("server"), "leaf", "CN=server");
    keytool("server", "-importcert", "-noprompt", "-alias", "root", "-file", pem("root"));
    if (!by.equals("root")) {
      keytool("server", "-importcert", "-noprompt", "-alias", by, "-file", pem(by));
    }
    sign(by, "server", "-ext", "san=dns:" + host, "-ext", "eku=serverAuth");
    return store("server");
  }

  /// Has `by` sign the certificate of `name` anew.
  private void sign(String by, String name, String... extensions)
      throws IOException, InterruptedException {
    var request = dir.resolve(name + ".csr").toString();
    keytool(name, "-certreq", "-alias", "leaf", "-file", request);
    var arguments =
        new ArrayList<>(
            List.of(
                "-gencert", "-rfc", "-alias", "leaf", "-infile", request, "-outfile", pem(name)));
    arguments.addAll(List.of(extensions));
    keytool(by, arguments.toArray(String[]::new));
    if (!name.equals("server")) {
      keytool(name, "-importcert", "-noprompt", "-alias", "root", "-file", pem("root"));
    }
    keytool(name, "-importcert", "-noprompt", "-alias", "leaf", "-file", pem(name));
  }

  private Path store(String name) {
    return dir.resolve(name + ".p12");
  }

  private String pem(String name) {
    return dir.resolve(name + ".pem").toString();
  }

  static X509Certificate read(Path pem) throws IOException, CertificateException {
    try (var in = Files.newInputStream(pem)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private void pair(Path store, String alias, String name, String... extensions)
      throws IOException, InterruptedException {
    var arguments =
        new ArrayList<>(
            List.of(
                "-genkeypair",
                "-alias",
                alias,
                "-dname",
                name,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-validity",
                "2"));
    arguments.addAll(List.of(extensions));
    keytool(store.getFileName().toString().replace(".p12", ""), arguments.toArray(String[]::new));
  }

  private void keytool(String name, String... arguments) throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(
        List.of(
            "-keystore", store(name).toString(), "-storepass", PASSWORD, "-storetype", "PKCS12"));
    var log = dir.resolve("keytool.log");
    var process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    if (process.waitFor() != 0) {
      throw new AssertionError(command + ": " + Files.readString(log));
    }
  }
}
