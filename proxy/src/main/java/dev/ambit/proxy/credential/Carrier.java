package dev.ambit.proxy.credential;

import java.util.regex.Pattern;

/// Where in a request a credential stands.
public sealed interface Carrier {
  String name();

  /// Whether it has a name that such a place can have.
  boolean wellFormed();

  /// A header field.
  ///
  /// @param name lower-case
  record Header(String name) implements Carrier {
    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,64}");

    @Override
    public boolean wellFormed() {
      return NAME.matcher(name).matches();
    }
  }

  /// A parameter of the query. Only where an operator opted in: addresses are logged everywhere.
  record QueryParameter(String name) implements Carrier {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._~-]{1,64}");

    @Override
    public boolean wellFormed() {
      return NAME.matcher(name).matches();
    }
  }
}
