package dev.ambit.spiffe.authority;

import com.google.protobuf.ByteString;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Keys;
import dev.ambit.spiffe.x509.Leaf;
import dev.ambit.spiffe.x509.SubjectName;
import dev.ambit.spiffe.x509.Validity;
import io.spiffe.workloadapi.grpc.Workload.X509SVID;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.UUID;

/// The signing keys of one trust domain, in memory: an X.509 authority, beside it another while it
/// is being replaced, and a JWT key. Thread-safe.
final class TrustDomainKeys {
  private static final Duration AUTHORITY_LIFE = Duration.ofDays(365);
  private static final Duration JWT_LIFE = Duration.ofMinutes(5);

  private final String trustDomain;
  private final Duration svidLife;
  private final InstantSource clock;
  private final ECKey jwtKey;
  private volatile CertificateAuthority authority;
  private volatile List<CertificateAuthority> trusted;

  TrustDomainKeys(String trustDomain, Duration svidLife, InstantSource clock) {
    this.trustDomain = trustDomain;
    this.svidLife = svidLife;
    this.clock = clock;
    this.authority = newAuthority();
    this.trusted = List.of(authority);
    var keys = Keys.generate();
    this.jwtKey =
        new ECKey.Builder(Curve.P_256, (ECPublicKey) keys.getPublic())
            .privateKey(keys.getPrivate())
            .keyID(UUID.randomUUID().toString())
            .keyUse(new KeyUse("jwt-svid"))
            .build();
  }

  String trustDomain() {
    return trustDomain;
  }

  X509Certificate certificate() {
    return authority.certificate();
  }

  /// Another authority is trusted from now on, and signs nothing yet.
  synchronized void prepare() {
    trusted = List.of(authority, newAuthority());
  }

  /// The authority that was prepared last signs from now on; all stay trusted.
  synchronized void activate() {
    authority = trusted.getLast();
  }

  /// The one that signs is the only one that is trusted.
  synchronized void revoke() {
    trusted = List.of(authority);
  }

  /// A fresh SVID with a fresh key.
  X509SVID issue(String spiffeId) {
    var keys = Keys.generate();
    var leaf = authority.issue(keys.getPublic(), Leaf.svid(validity(), spiffeId));
    return X509SVID
        .newBuilder()
        .setSpiffeId(spiffeId)
        .setX509Svid(der(leaf))
        .setX509SvidKey(ByteString.copyFrom(keys.getPrivate().getEncoded()))
        .setBundle(bundle())
        .build();
  }

  ByteString bundle() {
    return ByteString.copyFrom(trusted.stream().map(trust -> der(trust.certificate())).toList());
  }

  /// A JWT-SVID of five minutes.
  String sign(String spiffeId, List<String> audience) {
    var now = clock.instant();
    var claims =
        new JWTClaimsSet.Builder()
            .subject(spiffeId)
            .audience(audience)
            .issueTime(Date.from(now))
            .expirationTime(Date.from(now.plus(JWT_LIFE)))
            .build();
    var jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(jwtKey.getKeyID()).build(), claims);
    try {
      jwt.sign(new ECDSASigner(jwtKey));
    } catch (JOSEException e) {
      throw new IllegalStateException("cannot sign a JWT-SVID", e);
    }
    return jwt.serialize();
  }

  /// The public JWT key as a JWK Set.
  ByteString jwtBundle() {
    return ByteString.copyFromUtf8(new JWKSet(jwtKey.toPublicJWK()).toString());
  }

  private CertificateAuthority newAuthority() {
    return CertificateAuthority.create(
        "Development authority",
        Validity.from(clock.instant(), AUTHORITY_LIFE),
        new SubjectName.Uri("spiffe://" + trustDomain));
  }

  private Validity validity() {
    return Validity.from(clock.instant(), svidLife);
  }

  private static ByteString der(X509Certificate certificate) {
    try {
      return ByteString.copyFrom(certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate read from DER has no DER", e);
    }
  }
}
