package dev.ambit.proxy.decode;

import io.netty.buffer.ByteBuf;

/// Sees from the frames of one HTTP/2 connection, before they are decoded, whether something has
/// begun that no call waits for yet: the preface, a frame, or a head in several of them. The codec
/// tells only what is whole, so a head that never ends would else be held as long as the connection
/// may idle (A146). Looks at the nine bytes before each frame and at nothing else.
final class UnfinishedHead {
  private static final int PREFACE_BYTES = 24;
  private static final int FRAME_HEAD_BYTES = 9;
  private static final int TYPE_AT = 3;
  private static final int FLAGS_AT = 4;
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int CONTINUATION = 9;
  private static final int END_HEADERS = 4;

  private int preface = PREFACE_BYTES;
  private int frameHead;
  private int length;
  private int type;
  private int payload;
  private boolean open;
  private long begun;

  /// Takes note of bytes that came; none is consumed.
  void see(ByteBuf bytes) {
    int at = bytes.readerIndex();
    int end = bytes.writerIndex();
    int skipped = Math.min(preface, end - at);
    preface -= skipped;
    at += skipped;
    while (at < end) {
      if (payload > 0) {
        skipped = Math.min(payload, end - at);
        payload -= skipped;
        at += skipped;
      } else {
        frameHead(bytes.getUnsignedByte(at++));
      }
    }
  }

  /// A piece of a body may stand still: its call has a clock of its own.
  boolean exists() {
    return preface > 0 || frameHead > 0 || open || (payload > 0 && type != DATA);
  }

  /// How many have begun, this one among them.
  long begun() {
    return begun;
  }

  private void frameHead(int octet) {
    if (frameHead == 0 && !open) {
      begun++;
    }
    if (frameHead < TYPE_AT) {
      length = length << Byte.SIZE | octet;
    } else if (frameHead == TYPE_AT) {
      type = octet;
    } else if (frameHead == FLAGS_AT && (type == HEADERS || type == CONTINUATION)) {
      open = (octet & END_HEADERS) == 0;
    }
    frameHead++;
    if (frameHead == FRAME_HEAD_BYTES) {
      frameHead = 0;
      payload = length;
      length = 0;
    }
  }
}
