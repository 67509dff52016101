package dev.ambit.spiffe.x509;

import java.io.ByteArrayOutputStream;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/// The authority of one trust domain, which signs whatever a test asks for, also what none should.
///
/// @param now what its SVIDs' hour begins with
public record Issuer(String domain, CertificateAuthority authority, Instant now) {
  /// A new authority, which may have intermediates below it.
  public static Issuer of(String domain) {
    var now = InstantSource.system().instant();
    var keys = Keys.generate();
    var certificate = sign(now, domain, keys.getPublic(), domain, keys.getPrivate(), mayIssue(1));
    return new Issuer(domain, new CertificateAuthority(certificate, keys.getPrivate()), now);
  }

  public X509Certificate certificate() {
    return authority.certificate();
  }

  public String id(String path) {
    return "spiffe://" + domain + path;
  }

  public Validity hour() {
    return Validity.from(now, Duration.ofHours(1));
  }

  public Identity svid(String path) {
    return leaf(Leaf.svid(hour(), id(path)));
  }

  public Identity leaf(Validity validity, Set<Purpose> purposes, SubjectName... names) {
    return leaf(new Leaf("", List.of(names), purposes, validity));
  }

  public Identity rsa(String path) {
    return leaf(rsaKeys(), Leaf.svid(hour(), id(path)));
  }

  /// An SVID signed by an authority between it and the bundle.
  public Identity svidByIntermediate(String path) {
    var keys = Keys.generate();
    var between = sign("Between", keys.getPublic(), mayIssue(0));
    var leaf =
        new CertificateAuthority(between, keys.getPrivate())
            .issue(keys.getPublic(), Leaf.svid(hour(), id(path)));
    return new Identity(List.of(leaf, between), keys.getPrivate());
  }

  /// A leaf whose key may sign certificates, but that calls itself no authority.
  public Identity signingLeaf(String path) {
    return leaf(path, Extensions.authorityKeyUsage());
  }

  /// A leaf that does not say what its key is for.
  public Identity leafWithoutUsage(String path) {
    return leaf(path, Extensions.subjectKeyId(new byte[20]));
  }

  /// The identity of an authority that passes itself off as a workload.
  public Identity authorityAs(String path) {
    var posing = CertificateAuthority.create("Posing", hour(), new SubjectName.Uri(id(path)));
    return new Identity(List.of(posing.certificate()), posing.key());
  }

  private Identity leaf(Leaf leaf) {
    return leaf(Keys.generate(), leaf);
  }

  private Identity leaf(KeyPair keys, Leaf leaf) {
    return new Identity(List.of(authority.issue(keys.getPublic(), leaf)), keys.getPrivate());
  }

  private Identity leaf(String path, byte[] extension) {
    var keys = Keys.generate();
    var names = Extensions.alternativeNames(List.of(new SubjectName.Uri(id(path))), false);
    var leaf =
        sign("Leaf", keys.getPublic(), List.of(Extensions.leafConstraints(), names, extension));
    return new Identity(List.of(leaf), keys.getPrivate());
  }

  private X509Certificate sign(String subject, PublicKey key, List<byte[]> extensions) {
    return sign(now, subject, key, domain, authority.key(), extensions);
  }

  private static X509Certificate sign(
      Instant now,
      String subject,
      PublicKey key,
      String issuer,
      PrivateKey signer,
      List<byte[]> extensions) {
    return new CertificateBody(
            Extensions.commonName(issuer),
            Validity.from(now, Duration.ofDays(30)),
            Extensions.commonName(subject),
            key,
            extensions)
        .sign(signer);
  }

  private static List<byte[]> mayIssue(int pathLength) {
    return List.of(Extensions.authorityConstraints(pathLength), Extensions.authorityKeyUsage());
  }

  private static KeyPair rsaKeys() {
    try {
      var generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /// What a workload shows: leaf first, and the leaf's key.
  public record Identity(List<X509Certificate> chain, PrivateKey key) {
    public byte[] der() {
      var all = new ByteArrayOutputStream();
      chain.forEach(certificate -> all.writeBytes(encoded(certificate)));
      return all.toByteArray();
    }
  }

  public static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException e) {
      throw new AssertionError(e);
    }
  }
}
