package dev.ambit.dev.upstream;

import java.io.InputStream;
import java.util.SplittableRandom;

/// A given number of bytes that look like noise and are always the same. A piece of them that is
/// lost, doubled or out of its place changes the digest of the whole.
final class Noise extends InputStream {
  private static final byte[] BLOCK = block();

  private final long bytes;
  private long at;

  Noise(long bytes) {
    this.bytes = bytes;
  }

  @Override
  public int read() {
    return at < bytes ? BLOCK[(int) (at++ % BLOCK.length)] & 0xff : -1;
  }

  @Override
  public int read(byte[] into, int from, int count) {
    if (at == bytes) {
      return -1;
    }
    var start = (int) (at % BLOCK.length);
    var given = (int) Math.min(Math.min(count, BLOCK.length - start), bytes - at);
    System.arraycopy(BLOCK, start, into, from, given);
    at += given;
    return given;
  }

  /// Never negative: Netty's ChunkedStream takes a negative number for more to come and waits.
  @Override
  public int available() {
    return (int) Math.min(bytes - at, Integer.MAX_VALUE);
  }

  /// Not a multiple of any size in which bytes are likely to travel.
  private static byte[] block() {
    var block = new byte[65_521];
    new SplittableRandom(1).nextBytes(block);
    return block;
  }
}
