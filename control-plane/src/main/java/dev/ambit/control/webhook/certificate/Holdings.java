package dev.ambit.control.webhook.certificate;

import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Pem;
import dev.ambit.spiffe.x509.Validity;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeMap;

/// The webhook's authority as it lies in a Secret, and what becomes of it as time goes by.
///
/// @param authority that signs
/// @param old the one before, for as long as leaves of it may be in use
record Holdings(CertificateAuthority authority, Optional<X509Certificate> old) {
  static final Duration LIFE = Duration.ofDays(365);

  /// How long the API server is told to believe the one before. A replica takes a minute to change
  /// its leaf; a day is for those that were cut off.
  static final Duration OVERLAP = Duration.ofDays(1);

  private static final String CERTIFICATE = "ca.crt";
  private static final String KEY = "ca.key";
  private static final String OLD = "old.crt";

  /// Reads what [#data] wrote; nothing from what is no authority.
  static Optional<Holdings> of(Map<String, String> data) {
    try {
      var certificate = Pem.readCertificates(text(data, CERTIFICATE)).getFirst();
      var authority = new CertificateAuthority(certificate, Pem.readPrivateKey(text(data, KEY)));
      var old = Pem.readCertificates(text(data, OLD)).stream().findFirst();
      return Optional.of(new Holdings(authority, old));
    } catch (IllegalArgumentException | NoSuchElementException _) {
      return Optional.empty();
    }
  }

  /// As the data of a Secret.
  Map<String, String> data() {
    var data = new TreeMap<String, String>();
    data.put(CERTIFICATE, base64(Pem.certificates(List.of(authority.certificate()))));
    data.put(KEY, base64(Pem.privateKey(authority.key())));
    old.ifPresent(before -> data.put(OLD, base64(Pem.certificates(List.of(before)))));
    return data;
  }

  /// What should be held now: the same, a new authority after two thirds of the old one's life, or
  /// the same without the one before.
  static Holdings next(Optional<Holdings> present, Instant now) {
    if (present.isEmpty()) {
      return new Holdings(make(now), Optional.empty());
    }
    var held = present.get();
    var certificate = held.authority().certificate();
    if (!now.isBefore(renewAt(certificate))) {
      return new Holdings(make(now), Optional.of(certificate).filter(c -> alive(c, now)));
    }
    var over = certificate.getNotBefore().toInstant().plus(OVERLAP);
    return held.old().isPresent() && !now.isBefore(over)
        ? new Holdings(held.authority(), Optional.empty())
        : held;
  }

  /// What the API server is to believe, as PEM: the authority, and the one before.
  String bundle() {
    var all = new ArrayList<>(List.of(authority.certificate()));
    old.ifPresent(all::add);
    return Pem.certificates(all);
  }

  private static CertificateAuthority make(Instant now) {
    return CertificateAuthority.create("Ambit webhook CA", Validity.from(now, LIFE));
  }

  /// After two thirds of its life.
  static Instant renewAt(X509Certificate certificate) {
    var from = certificate.getNotBefore().toInstant();
    var life = Duration.between(from, certificate.getNotAfter().toInstant());
    return from.plus(life.multipliedBy(2).dividedBy(3));
  }

  private static boolean alive(X509Certificate certificate, Instant now) {
    return now.isBefore(certificate.getNotAfter().toInstant());
  }

  private static String text(Map<String, String> data, String key) {
    var bytes = Base64.getMimeDecoder().decode(data.getOrDefault(key, ""));
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
  }
}
