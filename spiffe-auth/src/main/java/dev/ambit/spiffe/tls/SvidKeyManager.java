package dev.ambit.spiffe.tls;

import dev.ambit.spiffe.source.Snapshot;
import dev.ambit.spiffe.source.SpiffeSource;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// Presents the newest SVID at each handshake, and none that has expired. A handshake asks first
/// for a name and then, separately, for chain and key; the name holds the snapshot's version, so
/// that a rotation in between does not pair an old chain with a new key. Thread-safe.
final class SvidKeyManager extends X509ExtendedKeyManager {
  private static final String ALIAS = "svid-";
  private static final int REMEMBERED = 8;

  private final SpiffeSource source;
  private final Deque<Snapshot> recent = new ArrayDeque<>(REMEMBERED);

  SvidKeyManager(SpiffeSource source) {
    this.source = source;
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String @Nullable [] types, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return choose();
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      @Nullable String type, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return type == null || speaks(type) ? choose() : null;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String @Nullable [] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return choose();
  }

  @Override
  public @Nullable String chooseServerAlias(
      @Nullable String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return type == null || speaks(type) ? choose() : null;
  }

  @Override
  public String @Nullable [] getClientAliases(
      @Nullable String type, Principal @Nullable [] issuers) {
    return aliases();
  }

  @Override
  public String @Nullable [] getServerAliases(
      @Nullable String type, Principal @Nullable [] issuers) {
    return aliases();
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(@Nullable String alias) {
    var snapshot = find(alias);
    return snapshot == null ? null : snapshot.chain().toArray(X509Certificate[]::new);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(@Nullable String alias) {
    var snapshot = find(alias);
    return snapshot == null ? null : snapshot.key();
  }

  private String @Nullable [] aliases() {
    var alias = choose();
    return alias == null ? null : new String[] {alias};
  }

  /// Key types come as `EC`, `RSA`, or as the name of a key exchange that ends in one.
  private boolean speaks(String type) {
    return type.contains(source.current().key().getAlgorithm());
  }

  private @Nullable String choose() {
    var newest = source.current();
    if (!source.clock().instant().isBefore(newest.notAfter())) {
      return null;
    }
    remember(newest);
    return ALIAS + newest.version();
  }

  private synchronized void remember(Snapshot snapshot) {
    if (!recent.contains(snapshot)) {
      if (recent.size() == REMEMBERED) {
        recent.removeFirst();
      }
      recent.addLast(snapshot);
    }
  }

  private synchronized @Nullable Snapshot find(@Nullable String alias) {
    for (Iterator<Snapshot> all = recent.descendingIterator(); all.hasNext(); ) {
      var snapshot = all.next();
      if ((ALIAS + snapshot.version()).equals(alias)) {
        return snapshot;
      }
    }
    return null;
  }
}
