package dev.ambit.proxy.http2;

import dev.ambit.envelope.StripList;
import io.netty.handler.codec.http2.Http2HeadersEncoder.SensitivityDetector;
import org.jspecify.annotations.Nullable;

/// Which fields HPACK must keep out of its tables, ours and the peer's: those that carry keys, and
/// the one value that was named as a secret (security.md §2). Confined to its loop.
public final class NeverIndexed implements SensitivityDetector {
  private @Nullable CharSequence secret;

  /// Names the value that is about to be written; null for none.
  public void secret(@Nullable CharSequence value) {
    secret = value;
  }

  @Override
  @SuppressWarnings(
      "ReferenceEquality") // The very object: an equal value of another field is none.
  public boolean isSensitive(CharSequence name, CharSequence value) {
    return value == secret || StripList.key(name) || isSetCookie(name);
  }

  private static boolean isSetCookie(CharSequence name) {
    return "set-cookie".contentEquals(name);
  }
}
