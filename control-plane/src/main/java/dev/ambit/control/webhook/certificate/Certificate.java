package dev.ambit.control.webhook.certificate;

import com.linecorp.armeria.common.TlsKeyPair;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The certificate that the webhook shows, as it is at this moment. Thread-safe; nothing blocks but
/// closing.
public interface Certificate extends AutoCloseable {
  /// What a handshake shows, whatever name it is asked for; nothing before there is one.
  @Nullable TlsKeyPair keyPair(String host);

  /// When the one that is shown ends, if there is one.
  Optional<Instant> expiry();

  /// Why the API server could not believe it; empty: it can.
  Optional<String> unready();

  @Override
  void close();
}
