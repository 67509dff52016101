package dev.ambit.envelope.receipt;

import dev.ambit.envelope.Parsed;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What is known of a session at its end: what it was allowed, who stopped, what became of every
/// credential, and where the audit chains stood. Described key by key in `docs/receipt.md`.
///
/// Instants have milliseconds. Printing is canonical ([#toJson]): keys in a fixed order, no white
/// space, an absent instant leaves its key out; reading accepts exactly what printing makes.
///
/// @param opener who opened it, as authenticated
/// @param envelopes every version the session had, oldest first
/// @param endedAt when its authority ended; closing began
/// @param closedAt when the last credential was settled and the last record was there, or not
///   waited for any more
/// @param reason `COMPLETED`, `EXPIRED`, `IDLE`, `REVOKED`, `WORKLOAD_GONE` or `POLICY_CHANGED`
/// @param detail who ended it and why
/// @param cuts each proxy that could have acted on the session
/// @param credentials every credential ever asked for, oldest first; at most
///   [ReceiptCodec#CREDENTIALS_MAX]
/// @param calls as far as their records had arrived at `closedAt`, and whether that is all of them
/// @param chains heads at `closedAt` of the audit chains that mention the session
public record Receipt(
    String session,
    String template,
    String workload,
    String opener,
    String onBehalfOf,
    Task task,
    List<EnvelopeVersion> envelopes,
    Instant openedAt,
    Instant endedAt,
    Instant closedAt,
    String reason,
    String detail,
    List<Cut> cuts,
    List<CredentialEnd> credentials,
    Calls calls,
    List<ChainHead> chains) {
  /// The payload type of its DSSE envelope.
  public static final String PAYLOAD_TYPE = "application/vnd.ambit.receipt+json";

  /// The version this code writes, and the only one it reads.
  public static final int VERSION = 1;

  /// A receipt whose JSON is longer is not written and not read; signed, it stays below 1 MiB.
  public static final int BYTES_MAX = 768 * 1_024;

  public Receipt {
    envelopes = List.copyOf(envelopes);
    cuts = List.copyOf(cuts);
    credentials = List.copyOf(credentials);
    chains = List.copyOf(chains);
  }

  /// The canonical JSON.
  public byte[] toJson() {
    return ReceiptCodec.encode(this);
  }

  /// Returns the receipt, or why the bytes are none. Anything but the canonical form is refused.
  public static Parsed<Receipt> parse(byte[] json) {
    return ReceiptCodec.decode(json);
  }

  /// What the session was for, in the orchestrator's words.
  public record Task(String id, String purpose, String link) {}

  /// One version of the envelope.
  ///
  /// @param digest SHA-256 over its canonical JSON, hex
  public record EnvelopeVersion(long version, String digest) {}

  /// How one proxy is known to have stopped.
  ///
  /// @param acknowledged true: it said so; false: its lease had run out
  /// @param recorded true: every decision it made for the session is on record; false: that is not
  ///   known
  public record Cut(String proxy, boolean acknowledged, Instant at, boolean recorded) {}

  /// What became of one credential.
  ///
  /// @param grant what for; empty: the session's own token, which others were exchanged from
  /// @param proxy the proxy it was issued to
  /// @param parent id of the one that it was exchanged from
  /// @param askedAt when the issuer was asked for it
  /// @param issuedAt when it came; empty when the answer was lost
  /// @param notAfter until when it could be used; empty when the answer was lost
  /// @param granted what the issuer says it is good for
  /// @param outcomeAt when it was proven dead, the instant at which it expires by itself, or from
  ///   when on the session did not use the key any more
  /// @param note why not proven, what was odd; may be empty
  /// @param probes the first ALIVE and the last answers, oldest first
  public record CredentialEnd(
      String id,
      String provider,
      String grant,
      String authority,
      String proxy,
      Optional<String> parent,
      Instant askedAt,
      Optional<Instant> issuedAt,
      Optional<Instant> notAfter,
      List<String> granted,
      Outcome outcome,
      Instant outcomeAt,
      String note,
      long revokeAttempts,
      long probeAttempts,
      List<Probe> probes) {
    public CredentialEnd {
      granted = List.copyOf(granted);
      probes = List.copyOf(probes);
    }
  }

  /// The three ways in which a credential is settled.
  public enum Outcome {
    /// The issuer accepted its revocation, and then refused it by the probe that had said ALIVE
    /// before.
    DEAD_PROVEN,
    /// No proof: it is dead when its own expiry has passed.
    DEAD_BY_EXPIRY,
    /// A standing key that was there before the session and lives on: its template accepted that.
    OUTLIVES_SESSION
  }

  /// One answer of an issuer about a credential.
  ///
  /// @param answer `ALIVE`, `DEAD` or `UNKNOWN`
  public record Probe(Instant at, String answer, String note) {}

  /// Calls of the session.
  ///
  /// @param complete true: no call is missing; false: there may have been more, by a proxy whose
  ///   record is not known to be complete
  public record Calls(long permitted, long denied, boolean complete) {}

  /// Where one audit chain stood.
  ///
  /// @param writer SPIFFE ID of who writes the chain
  /// @param boot names the chain
  /// @param records of this session in it
  /// @param hash of the chain up to `seq`, hex
  public record ChainHead(String writer, String boot, long seq, String hash, long records) {}
}
