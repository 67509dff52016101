package dev.ambit.fuzz.targets;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.ambit.envelope.Authority;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.RequestTarget;
import dev.ambit.envelope.Scheme;
import java.util.Locale;
import java.util.regex.Pattern;

/// Authorities and request targets: what is accepted is printed and read again as the same, its
/// host is plain, and a naive splitter finds the same authority.
public final class AuthorityTarget {
  private static final Pattern NAME =
      Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");
  private static final Pattern QUAD =
      Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");
  private static final Pattern IPV6 = Pattern.compile("\\[?[0-9a-f:.]+]?");

  /// `scheme://`, then everything up to the first byte that can end an authority (RFC 3986 3.2).
  private static final Pattern NAIVE = Pattern.compile("(https?)://([^/?#]*)(.*)", Pattern.DOTALL);

  private AuthorityTarget() {}

  /// What Jazzer calls.
  public static void fuzzerTestOneInput(byte[] input) {
    var text = new String(input, ISO_8859_1);
    for (var scheme : Scheme.values()) {
      if (Authority.parse(scheme, text) instanceof Parsed.Ok<Authority>(Authority authority)) {
        authority(authority);
        naive(authority, text);
      }
      if (Authority.parseWithPort(scheme, text) instanceof Parsed.Ok<Authority>(var authority)) {
        authority(authority);
        naive(authority, text);
      }
    }
    if (RequestTarget.absolute(text) instanceof Parsed.Ok<RequestTarget>(var target)) {
      absolute(target, text);
    }
    if (RequestTarget.origin(text) instanceof Parsed.Ok<RequestTarget>(var target)) {
      origin(target);
    }
  }

  private static void authority(Authority authority) {
    var printed = authority.hostHeader();
    Laws.same(
        Authority.parse(authority.scheme(), printed),
        Parsed.ok(authority),
        "printed and read again");
    var host = authority.host();
    Laws.hold(
        authority.isLiteral()
            ? QUAD.matcher(host).matches() || IPV6.matcher(host).matches()
            : NAME.matcher(host).matches() && !host.matches("(.*\\.)?[0-9]+"),
        "host is LDH or a strict literal: " + host);
    Laws.hold(authority.port() > 0 && authority.port() < 65_536, "port in range");
  }

  /// Splits at the last colon outside of brackets, and nothing else.
  private static void naive(Authority authority, String text) {
    int colon = text.lastIndexOf(':');
    boolean ported = colon > text.lastIndexOf(']');
    var host = ported ? text.substring(0, colon) : text;
    if (!authority.isLiteral()) {
      Laws.same(authority.host(), host.toLowerCase(Locale.ROOT), "host of " + text);
    }
    if (ported) {
      Laws.same(authority.port(), Integer.parseInt(text.substring(colon + 1)), "port of " + text);
    }
  }

  private static void absolute(RequestTarget target, String text) {
    var split = NAIVE.matcher(text);
    Laws.hold(split.matches(), "a naive splitter understands " + text);
    var authority = target.authority();
    if (authority == null) {
      throw new AssertionError("absolute form without an authority: " + text);
    }
    Laws.same(authority.scheme().text(), split.group(1), "scheme");
    Laws.same(
        Authority.parse(authority.scheme(), split.group(2)), Parsed.ok(authority), "authority");
    Laws.same(
        RequestTarget.absolute(
            authority.scheme().text() + "://" + authority.hostHeader() + rest(target)),
        Parsed.ok(target),
        "printed and read again");
  }

  private static void origin(RequestTarget target) {
    Laws.same(RequestTarget.origin(rest(target)), Parsed.ok(target), "printed and read again");
  }

  /// Path and query as they are sent.
  private static String rest(RequestTarget target) {
    var query = target.query().text();
    return query.isEmpty() ? target.path().text() : target.path().text() + "?" + query;
  }
}
