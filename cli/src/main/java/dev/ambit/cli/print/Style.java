package dev.ambit.cli.print;

/// The few colours there are; none where nobody looks.
///
/// @param coloured true where ANSI escapes may be written
public record Style(boolean coloured) {
  public String heading(String text) {
    return wrap("1", text);
  }

  public String good(String text) {
    return wrap("32", text);
  }

  public String bad(String text) {
    return wrap("1;31", text);
  }

  public String warn(String text) {
    return wrap("33", text);
  }

  public String accent(String text) {
    return wrap("36", text);
  }

  public String faint(String text) {
    return wrap("2", text);
  }

  private String wrap(String code, String text) {
    return coloured ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
