package dev.ambit.control.credential;

/// How a credential enters a request: as the value of a header or of a query parameter, one of
/// which has a name.
///
/// @param header name of the field, lower-case; may be empty
/// @param queryParameter name of the parameter; may be empty
/// @param value all of the field's value, or the parameter's as a URL has it; wiped by whoever
///   takes it
public record Injection(String header, String queryParameter, Material value) {
  public static Injection header(String name, Material value) {
    return new Injection(name, "", value);
  }

  public static Injection query(String name, Material value) {
    return new Injection("", name, value);
  }
}
