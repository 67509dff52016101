package dev.ambit.e2e.issuers;

import dev.ambit.dev.tls.ServerCertificate;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Pem;
import dev.ambit.spiffe.x509.SubjectName;
import dev.ambit.spiffe.x509.Validity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/// Who vouches for the servers of one test, all of them on localhost.
record Authority(Path folder, CertificateAuthority authority, Validity validity) {
  static Authority create(Path folder) throws IOException {
    var validity = Validity.from(InstantSource.system().instant(), Duration.ofHours(4));
    var authority = CertificateAuthority.create("issuers", validity);
    Files.writeString(folder.resolve("ca.pem"), Pem.certificates(List.of(authority.certificate())));
    return new Authority(folder, authority, validity);
  }

  Path roots() {
    return folder.resolve("ca.pem");
  }

  ServerCertificate server(String name) throws IOException {
    return ServerCertificate.issue(
        authority, validity, folder, name, new SubjectName.Dns("localhost"));
  }
}
