package dev.ambit.proxy.decode;

import dev.ambit.envelope.AgentKeys;
import dev.ambit.envelope.Authority;
import dev.ambit.envelope.Call;
import dev.ambit.envelope.Content;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.Query;
import dev.ambit.envelope.Reason;
import dev.ambit.envelope.RequestTarget;
import dev.ambit.envelope.Scheme;
import dev.ambit.envelope.StripList;
import dev.ambit.proxy.model.Arrival;
import dev.ambit.proxy.model.Body;
import dev.ambit.proxy.model.CallId;
import dev.ambit.proxy.model.Field;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Makes one canonical call of a request head, or says why there is none. Pure.
final class Arrivals {
  private static final Content NO_CONTENT = new Content.None();
  private static final Content UNREAD = new Content.Unread();

  private Arrivals() {}

  static Arrival of(Head head, Via via, CallId id, long startedNanos) throws Refused {
    var method = method(head.method());
    var target = target(head, via);
    var authority = authority(head, via, target);
    var offer = head.opens() ? Opening.of(head) : null;
    var kept = FieldSieve.sift(head.fields());
    if (offer != null) {
      Opening.judged(offer, kept);
    }
    var query = target.query().without(StripList::query);
    if (!query.equals(target.query())) {
      kept.note("stripped:query");
    }
    kept.handles().addAll(0, via.handles());
    var fields = List.copyOf(kept.fields());
    return new Arrival(
        id,
        startedNanos,
        new Call(
            authority,
            method,
            target.path(),
            query,
            fields,
            content(head.body()),
            keys(kept.keys(), target.query(), query),
            offer != null),
        kept.handles(),
        via.connection(),
        fields,
        head.body(),
        offer,
        kept.notes());
  }

  private static Content content(Body body) {
    return switch (body) {
      case Body.None() -> NO_CONTENT;
      case Body.Sized(long bytes) -> bytes == 0 ? NO_CONTENT : UNREAD;
      case Body.Chunked() -> UNREAD;
    };
  }

  /// What the agent brought of its own, if anything.
  private static @Nullable AgentKeys keys(List<Field> fields, Query whole, Query stripped) {
    var query =
        whole.equals(stripped)
            ? stripped
            : whole.without(name -> StripList.query(name) && !StripList.queryKey(name));
    return fields.isEmpty() && query.equals(stripped) ? null : new AgentKeys(fields, query);
  }

  /// Where a CONNECT leads (RFC 9110 9.3.6), still without knowing what will be spoken there.
  static Authority tunnel(Head head) throws Refused {
    var authority = value(Authority.parseWithPort(Scheme.HTTPS, head.target()));
    var host = host(head);
    if (host != null
        && !value(Authority.parse(Scheme.HTTPS, host)).host().equals(authority.host())) {
      throw Refused.malformed("Host names another host than CONNECT.");
    }
    return authority;
  }

  private static String method(String raw) throws Refused {
    return switch (Call.method(raw)) {
      case Parsed.Ok<String>(var method) -> method;
      case Parsed.Malformed<String>(_) ->
          throw Refused.because(Reason.UNSUPPORTED, "This method is not supported.");
    };
  }

  private static RequestTarget target(Head head, Via via) throws Refused {
    var free = via.anchor() instanceof Anchor.Free;
    if (head.target().startsWith("/")) {
      if (free) {
        throw Refused.malformed("A request to a proxy names its whole target.");
      }
      return value(RequestTarget.origin(head.target()));
    }
    if (!free) {
      throw Refused.malformed("A request in a tunnel or on its way names its path alone.");
    }
    return value(RequestTarget.absolute(head.target()));
  }

  /// The one authority; Host must agree with what else is known (INV-2).
  private static Authority authority(Head head, Via via, RequestTarget target) throws Refused {
    var host = host(head);
    if (host == null && !head.oldVersion()) {
      throw Refused.malformed("The request has no Host.");
    }
    return switch (via.anchor()) {
      case Anchor.Free() -> {
        var authority = Objects.requireNonNull(target.authority());
        if (host != null && !named(host, authority.scheme()).equals(authority)) {
          throw Refused.malformed("Host and request target disagree.");
        }
        yield authority;
      }
      case Anchor.Inside(var authority) -> {
        if (host != null && !named(host, authority.scheme()).equals(authority)) {
          throw Refused.because(
              Reason.AUTHORITY_MISMATCH, "Host names another authority than the tunnel leads to.");
        }
        yield authority;
      }
      case Anchor.Caught(var original) -> {
        var authority =
            host == null
                ? new Lead.Caught(original).literal(Scheme.HTTP)
                : named(host, Scheme.HTTP);
        if (authority.port() != original.getPort()) {
          throw Refused.because(
              Reason.AUTHORITY_MISMATCH, "Host names another port than the one that was dialled.");
        }
        yield authority;
      }
    };
  }

  private static Authority named(String host, Scheme scheme) throws Refused {
    return value(Authority.parse(scheme, host));
  }

  private static @Nullable String host(Head head) throws Refused {
    String host = null;
    for (var field : head.fields()) {
      if ("host".equalsIgnoreCase(field.name().toString())) {
        if (host != null) {
          throw Refused.malformed("The request has more than one Host.");
        }
        host = field.value().toString();
      }
    }
    return host;
  }

  private static <T> T value(Parsed<T> parsed) throws Refused {
    return switch (parsed) {
      case Parsed.Ok<T>(T value) -> value;
      case Parsed.Malformed<T>(String why) -> throw Refused.malformed(why);
    };
  }
}
