package dev.ambit.proxy.relay;

import io.netty.handler.codec.http.HttpContent;
import java.util.ArrayList;
import java.util.List;

/// An answer that the agent does not see yet: its head, and what one read brought of its body. Owns
/// the pieces until they are handed on or released. Confined to its loop.
final class Withheld {
  private final Answer answer;
  private final List<HttpContent> contents = new ArrayList<>();
  private boolean gone;

  Withheld(Answer answer) {
    this.answer = answer;
  }

  Answer answer() {
    return answer;
  }

  /// Takes the piece.
  void add(HttpContent piece) {
    contents.add(piece);
  }

  /// Hands the pieces on; whoever takes them releases them.
  List<HttpContent> contents() {
    var all = List.copyOf(contents);
    contents.clear();
    return all;
  }

  /// Its connection ended meanwhile.
  void gone() {
    gone = true;
  }

  boolean isGone() {
    return gone;
  }

  void release() {
    contents.forEach(HttpContent::release);
    contents.clear();
  }
}
