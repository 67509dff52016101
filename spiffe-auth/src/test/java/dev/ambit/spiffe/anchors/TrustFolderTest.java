package dev.ambit.spiffe.anchors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Keys;
import dev.ambit.spiffe.x509.Leaf;
import dev.ambit.spiffe.x509.OpenSsl;
import dev.ambit.spiffe.x509.Pem;
import dev.ambit.spiffe.x509.SubjectHash;
import dev.ambit.spiffe.x509.SubjectName;
import dev.ambit.spiffe.x509.Validity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Clients find whom to trust, in every form they look for, and nothing else.
class TrustFolderTest {
  private final Validity hour =
      Validity.from(InstantSource.system().instant(), Duration.ofHours(1));
  private final CertificateAuthority pod = CertificateAuthority.create("Pod CA", hour);

  @TempDir private Path dir;
  private TrustFolder folder;
  private List<X509Certificate> roots;

  @BeforeEach
  void publish() throws Exception {
    folder = new TrustFolder(dir.resolve("trust"));
    roots = OpenSsl.publicRoots();
    folder.publish(roots, List.of(pod.certificate()));
  }

  @Test
  void opensslFindsEveryAuthorityByItsHash() throws Exception {
    var all = new ArrayList<>(roots);
    all.add(pod.certificate());
    for (var root : all) {
      var file = Files.writeString(dir.resolve("root.pem"), Pem.certificates(List.of(root)));
      assertThat(verify(file)).as(root.getSubjectX500Principal().toString()).contains(": OK");
    }
  }

  @Test
  void opensslVerifiesALeafOfThePodAndNoneOfAnotherWithItsName() throws Exception {
    assertThat(verify(leaf(pod))).contains(": OK");
    assertThat(verify(leaf(CertificateAuthority.create("Pod CA", hour)))).doesNotContain(": OK");
  }

  @Test
  void countsUpWhereTwoHaveOneName() throws Exception {
    var twin = CertificateAuthority.create("Pod CA", hour);
    folder.publish(List.of(twin.certificate()), List.of(pod.certificate()));
    var hash = SubjectHash.of(pod.certificate().getSubjectX500Principal());
    assertThat(folder.directory().resolve(hash + ".0")).isSymbolicLink();
    assertThat(folder.directory().resolve(hash + ".1")).isSymbolicLink();
    assertThat(verify(leaf(pod))).contains(": OK");
    assertThat(verify(leaf(twin))).contains(": OK");
  }

  @Test
  void holdsAllOfThemInOneFileWhereSystemsHaveIt() throws IOException {
    for (var place :
        List.of(
            "etc/ssl/certs/ca-certificates.crt",
            "etc/pki/tls/certs/ca-bundle.crt",
            "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
            "etc/ssl/cert.pem",
            "etc/ssl/ca-bundle.pem")) {
      assertThat(Pem.readCertificates(Files.readString(folder.path().resolve(place))))
          .as(place)
          .containsAll(roots)
          .contains(pod.certificate());
    }
    for (var place : TrustFolder.PLACES) {
      assertThat(folder.path().resolve(place)).exists();
    }
    assertThat(Pem.readCertificates(Files.readString(folder.own())))
        .containsExactly(pod.certificate());
  }

  @Test
  void clientsThatAddToTheirOwnAreToldOfAllThatIsNotPublic() throws Exception {
    var more = CertificateAuthority.create("Of this site", hour);
    folder.publish(roots, List.of(pod.certificate(), more.certificate()));
    assertThat(Pem.readCertificates(Files.readString(folder.own())))
        .containsExactly(pod.certificate(), more.certificate());
    assertThat(verify(leaf(more))).contains(": OK");
  }

  @Test
  void javaReadsItsStoreWithoutAPassword() throws Exception {
    var store = KeyStore.getInstance(folder.javaStore().toFile(), (char[]) null);
    assertThat(store.getType()).isEqualToIgnoringCase("PKCS12");
    assertThat(store.getCertificateAlias(pod.certificate())).isNotNull();
    for (var root : roots) {
      assertThat(store.getCertificateAlias(root)).isNotNull();
    }
    for (var alias : Collections.list(store.aliases())) {
      assertThat(store.isKeyEntry(alias)).isFalse();
    }
  }

  @Test
  void a184IsReadableForAllAndWritableForItsOwnerAlone() throws IOException {
    try (var files = Files.walk(folder.path())) {
      for (var file : files.filter(file -> !Files.isSymbolicLink(file)).toList()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
            .as(file.toString())
            .isEqualTo(Files.isDirectory(file) ? "rwxr-xr-x" : "rw-r--r--");
      }
    }
  }

  @Test
  void a183HoldsNoKey() throws IOException {
    try (var files = Files.walk(folder.path())) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1))
            .doesNotContain("PRIVATE KEY");
      }
    }
  }

  @Test
  void writesNothingAnewWhenNothingChanged() throws IOException {
    var before = written();
    folder.publish(roots, List.of(pod.certificate()));
    assertThat(written()).isEqualTo(before);
  }

  @Test
  void takesAwayWhatIsTrustedNoMoreAndWhatWasHalfWrittenAndNothingElse() throws IOException {
    Files.writeString(folder.directory().resolve(".new-half.pem"), "half");
    var foreign = Files.writeString(folder.directory().resolve("README"), "of somebody else");
    folder.publish(List.of(), List.of(pod.certificate()));
    assertThat(foreign).exists();
    try (var left = Files.list(folder.directory())) {
      // One file and its link, the bundle, java, and what is not ours.
      assertThat(left).hasSize(5);
    }
  }

  @Test
  void replacesWhatSomebodyElsePutThere() throws IOException {
    Files.writeString(folder.bundle(), "nobody");
    Files.delete(folder.own());
    var secret = Files.writeString(dir.resolve("secret"), "untouched");
    Files.createSymbolicLink(folder.own(), secret);
    folder.publish(roots, List.of(pod.certificate()));
    assertThat(Pem.readCertificates(Files.readString(folder.bundle()))).hasSizeGreaterThan(50);
    assertThat(Files.isSymbolicLink(folder.own())).isFalse();
    assertThat(secret).hasContent("untouched");
  }

  @Test
  void refusesToWriteThroughALinkedDirectory() throws IOException {
    var elsewhere = Files.createDirectory(dir.resolve("elsewhere"));
    var linked = new TrustFolder(Files.createDirectory(dir.resolve("linked")));
    Files.createSymbolicLink(linked.path().resolve("etc"), elsewhere);
    assertThatThrownBy(() -> linked.publish(roots, List.of(pod.certificate())))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("etc (expected: a directory, or nothing)");
    assertThat(elsewhere).isEmptyDirectory();
  }

  @Test
  void refusesMoreAuthoritiesThanItsBound() {
    var many = new ArrayList<X509Certificate>();
    var keys = Keys.generate();
    for (int i = 0; i < TrustFolder.ROOTS_MAX; i++) {
      many.add(pod.issue(keys.getPublic(), Leaf.server(hour, new SubjectName.Dns("a.test"))));
    }
    assertThatThrownBy(() -> folder.publish(many, List.of(pod.certificate())))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("2001 authorities (expected: at most 2000)");
  }

  private Path leaf(CertificateAuthority authority) throws IOException {
    var leaf =
        authority.issue(
            Keys.generate().getPublic(), Leaf.server(hour, new SubjectName.Dns("api.test")));
    return Files.writeString(dir.resolve("leaf.pem"), Pem.certificates(List.of(leaf)));
  }

  /// Against the directory and nothing else; times are not what is asked. Of two roots with one
  /// name and one key OpenSSL takes one for the issuer of the other, so a chain may end with
  /// either.
  private String verify(Path certificate) throws IOException, InterruptedException {
    return OpenSsl.says(
        "verify",
        "-no_check_time",
        "-partial_chain",
        "-no-CAfile",
        "-no-CAstore",
        "-CApath",
        folder.directory().toString(),
        certificate.toString());
  }

  private Map<Path, List<Object>> written() throws IOException {
    var written = new HashMap<Path, List<Object>>();
    try (var files = Files.walk(folder.path())) {
      for (var file : files.toList()) {
        var attributes = Files.readAttributes(file, "unix:ino,ctime", LinkOption.NOFOLLOW_LINKS);
        written.put(file, List.copyOf(attributes.values()));
      }
    }
    return written;
  }
}
