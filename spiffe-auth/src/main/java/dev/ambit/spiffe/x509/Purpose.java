package dev.ambit.spiffe.x509;

/// What a leaf may be used for in TLS (RFC 5280 4.2.1.12, extended key usage).
public enum Purpose {
  SERVER("1.3.6.1.5.5.7.3.1"),
  CLIENT("1.3.6.1.5.5.7.3.2");

  private final String oid;

  Purpose(String oid) {
    this.oid = oid;
  }

  String oid() {
    return oid;
  }
}
