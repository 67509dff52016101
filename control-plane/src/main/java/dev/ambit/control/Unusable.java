package dev.ambit.control;

import java.util.List;

/// The settings or resources cannot be used; everything that is wrong with them, one per line.
public final class Unusable extends Exception {
  private static final long serialVersionUID = 1L;

  public Unusable(List<String> problems) {
    super(String.join("\n", problems));
  }

  public List<String> problems() {
    return String.valueOf(getMessage()).lines().toList();
  }
}
