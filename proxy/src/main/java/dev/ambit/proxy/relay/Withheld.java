package dev.ambit.proxy.relay;

import dev.ambit.proxy.model.Field;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An answer that the agent does not see yet: its head, and what one read brought of its body. Owns
/// the pieces until they are handed on or released. Confined to its loop.
final class Withheld {
  private final Answer answer;
  private final List<ByteBuf> pieces = new ArrayList<>();
  private @Nullable List<Field> trailers;
  private boolean gone;

  Withheld(Answer answer) {
    this.answer = answer;
  }

  Answer answer() {
    return answer;
  }

  /// Takes the piece.
  void add(ByteBuf piece) {
    pieces.add(piece);
  }

  /// The answer is whole.
  void end(List<Field> last) {
    trailers = last;
  }

  /// Hands the pieces on; whoever takes them releases them.
  List<ByteBuf> pieces() {
    var all = List.copyOf(pieces);
    pieces.clear();
    return all;
  }

  /// Its trailers, once it is whole; null before.
  @Nullable List<Field> trailers() {
    return trailers;
  }

  /// Its connection ended meanwhile.
  void gone() {
    gone = true;
  }

  boolean isGone() {
    return gone;
  }

  void release() {
    pieces.forEach(ByteBuf::release);
    pieces.clear();
  }
}
