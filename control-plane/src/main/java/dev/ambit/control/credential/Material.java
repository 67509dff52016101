package dev.ambit.control.credential;

import java.util.Arrays;

/// Secret bytes in the control plane's memory: never a `String`, never printed, wiped by whoever
/// took them last.
public final class Material implements AutoCloseable {
  private final byte[] bytes;

  /// Takes ownership of the bytes.
  public Material(byte[] bytes) {
    this.bytes = bytes;
  }

  /// The bytes themselves, not a copy: do not keep them.
  public byte[] bytes() {
    return bytes;
  }

  /// Wipes.
  @Override
  public void close() {
    Arrays.fill(bytes, (byte) 0);
  }
}
