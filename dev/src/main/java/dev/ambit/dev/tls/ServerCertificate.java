package dev.ambit.dev.tls;

import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Keys;
import dev.ambit.spiffe.x509.Leaf;
import dev.ambit.spiffe.x509.Pem;
import dev.ambit.spiffe.x509.SubjectName;
import dev.ambit.spiffe.x509.Validity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/// Certificate and key of one development server, as two PEM files.
public record ServerCertificate(Path certificate, Path key) {
  /// Issues a certificate for the names and writes `<name>.pem` and `<name>.key` (0600).
  public static ServerCertificate issue(
      CertificateAuthority authority,
      Validity validity,
      Path folder,
      String name,
      SubjectName... names)
      throws IOException {
    var keys = Keys.generate();
    var leaf = authority.issue(keys.getPublic(), Leaf.server(validity, names));
    var certificate = folder.resolve(name + ".pem");
    var key = folder.resolve(name + ".key");
    Files.writeString(certificate, Pem.certificates(List.of(leaf)));
    secret(key, Pem.privateKey(keys.getPrivate()));
    return new ServerCertificate(certificate, key);
  }

  /// Writes a file that only its owner can read.
  public static void secret(Path file, String text) throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, text);
  }
}
