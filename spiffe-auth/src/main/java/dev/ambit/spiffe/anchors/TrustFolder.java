package dev.ambit.spiffe.anchors;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.ambit.spiffe.x509.Pem;
import dev.ambit.spiffe.x509.SubjectHash;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// A folder that clients read to know whom to trust: `ca.pem`, which are the authorities that are
/// trusted here and not everywhere, and below `etc` those and the public ones, laid out as on
/// systems where clients look without being told, so that its directories can be put in place of
/// those.
///
/// Directories stay the ones they are, for each may be mounted by itself; files are replaced whole,
/// and only where they differ. Certificates and nothing else.
///
/// @param path of the folder, absolute
public record TrustFolder(Path path) {
  static final int ROOTS_MAX = 2_000;

  private static final Path CERTS = Path.of("etc/ssl/certs");
  private static final Path CERTS_BUNDLE = CERTS.resolve("ca-certificates.crt");
  private static final Path PKI_BUNDLE = Path.of("etc/pki/tls/certs/ca-bundle.crt");
  private static final Path EXTRACTED = Path.of("etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem");
  private static final Path CERT_PEM = Path.of("etc/ssl/cert.pem");
  private static final Path BUNDLE_PEM = Path.of("etc/ssl/ca-bundle.pem");
  private static final List<Path> BUNDLES =
      List.of(CERTS_BUNDLE, PKI_BUNDLE, EXTRACTED, CERT_PEM, BUNDLE_PEM);

  /// What can be put in the place of what a system has: directories, and files in one that holds
  /// other things as well. Relative to the folder, and to the root of a system.
  public static final List<Path> PLACES =
      List.of(
          CERTS,
          Path.of("etc/pki/tls/certs"),
          Path.of("etc/pki/ca-trust/extracted/pem"),
          CERT_PEM,
          BUNDLE_PEM);

  /// What [#publish] names itself in the directory by hash, and so may take away.
  private static final Pattern NAMED =
      Pattern.compile(
          "[0-9a-f]{64}\\.pem|[0-9a-f]{8}\\.[0-9]+|" + Pattern.quote(WholeFile.BESIDE) + ".*");

  private static final String PUBLIC_FILE = "rw-r--r--";
  private static final String PUBLIC_DIRECTORY = "rwxr-xr-x";

  /// Those that are trusted here and not everywhere, for clients that add them to their own.
  public Path own() {
    return path.resolve("ca.pem");
  }

  /// All of them in one file.
  public Path bundle() {
    return path.resolve(CERTS_BUNDLE);
  }

  /// All of them as OpenSSL looks for them: by the hash of their subject.
  public Path directory() {
    return path.resolve(CERTS);
  }

  /// All of them for Java: PKCS #12, readable without a password.
  public Path javaStore() {
    return directory().resolve("java").resolve("cacerts");
  }

  /// Writes everything: at its return all of it is there, whatever was there before.
  ///
  /// @param roots the public authorities
  /// @param own those that are trusted here and not everywhere
  public void publish(Collection<X509Certificate> roots, Collection<X509Certificate> own)
      throws IOException {
    var all = new LinkedHashSet<>(roots);
    all.addAll(own);
    if (all.size() > ROOTS_MAX) {
      throw new IOException(
          "trust folder: " + all.size() + " authorities (expected: at most " + ROOTS_MAX + ")");
    }
    if (!Files.isDirectory(path)) {
      Files.createDirectories(path);
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(PUBLIC_DIRECTORY));
    }
    directoriesOf(javaStore());
    publishByHash(all);
    WholeFile.write(javaStore(), pkcs12(all), PUBLIC_FILE);
    var bundle = Pem.certificates(all).getBytes(US_ASCII);
    for (var place : BUNDLES) {
      directoriesOf(path.resolve(place));
      WholeFile.write(path.resolve(place), bundle, PUBLIC_FILE);
    }
    WholeFile.write(own(), Pem.certificates(own).getBytes(US_ASCII), PUBLIC_FILE);
  }

  private void publishByHash(Set<X509Certificate> all) throws IOException {
    var names = new HashSet<String>();
    var next = new HashMap<String, Integer>();
    for (var certificate : all) {
      var file = sha256(certificate) + ".pem";
      var pem = Pem.certificates(List.of(certificate)).getBytes(US_ASCII);
      WholeFile.write(directory().resolve(file), pem, PUBLIC_FILE);
      var hash = SubjectHash.of(certificate.getSubjectX500Principal());
      // Several may have one name, or by chance one hash: OpenSSL counts up from 0 until none is
      // there.
      var link = hash + "." + (next.merge(hash, 1, Integer::sum) - 1);
      WholeFile.link(directory().resolve(link), file);
      names.add(file);
      names.add(link);
    }
    removeOthers(names);
  }

  private void removeOthers(Set<String> names) throws IOException {
    try (var found = Files.list(directory())) {
      for (var entry : found.toList()) {
        var name = entry.getFileName().toString();
        if (NAMED.matcher(name).matches() && !names.contains(name)) {
          Files.delete(entry);
        }
      }
    }
  }

  /// Makes the directories from the folder down to a file, readable for all whatever the umask is.
  /// None may be a link: what is written would go elsewhere.
  private void directoriesOf(Path file) throws IOException {
    var place = path.relativize(file);
    var directory = path;
    for (var name : place.subpath(0, place.getNameCount() - 1)) {
      directory = directory.resolve(name);
      if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectory(directory);
      }
      if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException(
            "trust folder: " + directory + " (expected: a directory, or nothing)");
      }
      var wanted = PosixFilePermissions.fromString(PUBLIC_DIRECTORY);
      if (!Files.getPosixFilePermissions(directory).equals(wanted)) {
        Files.setPosixFilePermissions(directory, wanted);
      }
    }
  }

  /// Without a password nothing is encrypted and there is no MAC, so none is needed to read it; and
  /// the same certificates give the same bytes.
  private static byte[] pkcs12(Set<X509Certificate> all) throws IOException {
    var out = new ByteArrayOutputStream();
    try {
      var store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      var count = 0;
      for (var certificate : all) {
        store.setCertificateEntry("root-" + count++, certificate);
      }
      store.store(out, null);
    } catch (GeneralSecurityException e) {
      throw new IOException("trust folder: a certificate that Java cannot store", e);
    }
    return out.toByteArray();
  }

  private static String sha256(X509Certificate certificate) throws IOException {
    try {
      var digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
      return HexFormat.of().formatHex(digest);
    } catch (GeneralSecurityException e) {
      throw new IOException("trust folder: a certificate that cannot be encoded", e);
    }
  }
}
