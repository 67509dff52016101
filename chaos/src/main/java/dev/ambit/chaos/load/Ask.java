package dev.ambit.chaos.load;

import java.time.Duration;

/// One call that an agent makes.
///
/// @param id its own, in its path and in a header
/// @param granted whether the template grants it
/// @param lasts how long a stream or a slow reader reads
public record Ask(Kind kind, String id, boolean granted, Duration lasts) {
  /// What kind of call.
  public enum Kind {
    /// A GET with a short answer.
    READ("GET", "/v1/items/"),
    /// A GET by an agent that ends its half of the connection behind the request.
    PART("GET", "/v1/items/"),
    /// A POST with a body.
    WRITE("POST", "/v1/upload/"),
    /// Server-sent events, for a while.
    STREAM("GET", "/v1/stream/"),
    /// A GET whose long answer is read slowly.
    SLOW("GET", "/v1/download/"),
    /// A method that nobody grants.
    DELETE("DELETE", "/v1/items/"),
    /// A path that nobody grants.
    PRY("GET", "/v1/secrets/");

    private final String method;
    private final String prefix;

    Kind(String method, String prefix) {
      this.method = method;
      this.prefix = prefix;
    }
  }

  /// A call of a kind that is granted or not by what it is.
  static Ask of(Kind kind, String id, Duration lasts) {
    return new Ask(kind, id, kind != Kind.DELETE && kind != Kind.PRY, lasts);
  }

  public String method() {
    return kind.method;
  }

  public String path() {
    return kind.prefix + id;
  }

  /// Where it is sent; the record knows the path alone.
  String target() {
    return kind == Kind.SLOW ? path() + "?bytes=262144" : path();
  }

  /// What is sent as its body.
  String body() {
    return kind == Kind.WRITE ? "{\"call\":\"" + id + "\"}" : "";
  }
}
