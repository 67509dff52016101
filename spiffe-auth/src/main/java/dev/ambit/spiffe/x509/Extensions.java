package dev.ambit.spiffe.x509;

import java.math.BigInteger;
import java.util.List;
import java.util.Set;
import javax.security.auth.x500.X500Principal;

/// The extensions of a certificate (RFC 5280 4.2.1), and the one name form that is used for
/// subjects.
final class Extensions {
  private static final int DIGITAL_SIGNATURE = 0x80;
  private static final int CERT_SIGN = 0x04;
  private static final int CRL_SIGN = 0x02;
  private static final int COMMON_NAME_MAX = 64;

  private Extensions() {}

  /// A distinguished name of one common name of 1 to 64 characters.
  static X500Principal commonName(String name) {
    if (name.isEmpty() || name.length() > COMMON_NAME_MAX) {
      throw new IllegalArgumentException(
          "commonName: " + name.length() + " characters (expected: 1 to " + COMMON_NAME_MAX + ")");
    }
    return new X500Principal(
        Der.sequence(Der.set(Der.sequence(Der.oid("2.5.4.3"), Der.utf8(name)))));
  }

  static byte[] authorityConstraints(int pathLength) {
    return critical(
        "2.5.29.19", Der.sequence(Der.yes(), Der.integer(BigInteger.valueOf(pathLength))));
  }

  static byte[] leafConstraints() {
    return critical("2.5.29.19", Der.sequence());
  }

  static byte[] authorityKeyUsage() {
    return critical("2.5.29.15", Der.namedBits(CERT_SIGN | CRL_SIGN));
  }

  static byte[] leafKeyUsage() {
    return critical("2.5.29.15", Der.namedBits(DIGITAL_SIGNATURE));
  }

  static byte[] purposes(Set<Purpose> purposes) {
    return plain(
        "2.5.29.37",
        Der.sequence(
            purposes.stream()
                .sorted()
                .map(purpose -> Der.oid(purpose.oid()))
                .toArray(byte[][]::new)));
  }

  /// @param alone without a subject these names are all there is, and must be understood
  static byte[] alternativeNames(List<SubjectName> names, boolean alone) {
    var value = Der.sequence(names.stream().map(Extensions::name).toArray(byte[][]::new));
    return alone ? critical("2.5.29.17", value) : plain("2.5.29.17", value);
  }

  static byte[] subjectKeyId(byte[] id) {
    return plain("2.5.29.14", Der.octets(id));
  }

  static byte[] authorityKeyId(byte[] id) {
    return plain("2.5.29.35", Der.sequence(Der.implicit(0, id)));
  }

  private static byte[] name(SubjectName name) {
    return switch (name) {
      case SubjectName.Dns(var dns) -> Der.implicit(2, Der.ascii(dns));
      case SubjectName.Uri(var uri) -> Der.implicit(6, Der.ascii(uri));
      case SubjectName.Ip(var address) -> Der.implicit(7, address.getAddress());
    };
  }

  private static byte[] critical(String oid, byte[] value) {
    return Der.sequence(Der.oid(oid), Der.yes(), Der.octets(value));
  }

  private static byte[] plain(String oid, byte[] value) {
    return Der.sequence(Der.oid(oid), Der.octets(value));
  }
}
