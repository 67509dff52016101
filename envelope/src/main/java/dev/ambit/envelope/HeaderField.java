package dev.ambit.envelope;

/// One header line of a call, as decisions see it. Names compare without case.
public interface HeaderField {
  CharSequence name();

  CharSequence value();
}
