package dev.ambit.control.store;

import com.google.protobuf.ByteString;
import dev.ambit.control.store.CredentialRow.Outcome;
import dev.ambit.control.store.CredentialRow.State;
import dev.ambit.proto.v1.CredentialAction;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.statement.Update;

/// Credentials at rest. Each method that writes is one transaction, with the entry of the control
/// plane's audit chain that tells of it; it changes nothing, and says so, when the row is not in
/// the state that the step starts from.
public final class CredentialTable {
  /// Credentials of one session, settled ones included; the receipt names them all. Enough for a
  /// token of a minute through a working day.
  public static final int SESSION_MAX = 700;

  private static final int PROBES_KEPT = 16;

  private final Store store;
  private final OwnChain chain;
  private final Runnable fault;

  public CredentialTable(Store store, OwnChain chain) {
    this(store, chain, () -> {});
  }

  /// For tests that die at every write.
  ///
  /// @param fault runs before and after each transaction that writes, and may throw
  public CredentialTable(Store store, OwnChain chain, Runnable fault) {
    this.store = store;
    this.chain = chain;
    this.fault = fault;
  }

  /// Whether the issuer may be asked.
  public enum Asking {
    RECORDED,
    SESSION_NOT_ACTIVE,
    PARENT_NOT_LIVE,
    TOO_MANY
  }

  /// What became of what came.
  public enum Receiving {
    KEPT,
    SESSION_NOT_ACTIVE,
    GIVEN_BEFORE
  }

  /// Remembers a credential before its issuer is asked, so that none can live unknown. Refused when
  /// the session is not ACTIVE at this instant, or what it would be exchanged from not LIVE:
  /// nothing new may hang on what is being revoked.
  ///
  /// @param spec the provider's configuration, to be kept under `draft.providerVersion()`
  public Asking ask(CredentialRow draft, String spec) {
    return write(tx -> {
      if (!active(tx, draft.session(), draft.askedAt())) {
        return Asking.SESSION_NOT_ACTIVE;
      }
      if (draft.parent().isPresent() && in(tx, draft.parent().get(), State.LIVE).isEmpty()) {
        return Asking.PARENT_NOT_LIVE;
      }
      var count =
          tx.createQuery("SELECT COUNT(*) FROM credential WHERE session = :session")
              .bind("session", draft.session())
              .mapTo(Integer.class)
              .one();
      if (count >= SESSION_MAX) {
        return Asking.TOO_MANY;
      }
      tx.createUpdate(
              "INSERT INTO provider_version (digest, name, spec) VALUES (:digest, :name, :spec)"
                  + " ON CONFLICT (digest) DO NOTHING")
          .bind("digest", draft.providerVersion())
          .bind("name", draft.provider())
          .bind("spec", spec)
          .execute();
      insert(tx, draft);
      chain.append(tx, draft, CredentialAction.CREDENTIAL_ACTION_ASK, "", "", draft.askedAt());
      return Asking.RECORDED;
    });
  }

  /// ISSUING, and the issuer surely issued nothing: there is nothing to remember.
  public void refused(String id, String why, Instant at) {
    var _ =
        write(tx -> {
          var row = in(tx, id, State.ISSUING);
          row.ifPresent(asked -> {
            tx.createUpdate("DELETE FROM credential WHERE id = :id").bind("id", id).execute();
            chain.append(tx, asked, CredentialAction.CREDENTIAL_ACTION_ISSUE, "refused", why, at);
          });
          return row.isPresent();
        });
  }

  /// ISSUING, and nobody knows whether the issuer issued: settled as dead by expiry at the latest
  /// instant the configuration allows.
  public void lost(String id, String why, Instant at) {
    var _ =
        write(tx -> {
          var row = in(tx, id, State.ISSUING);
          row.ifPresent(asked -> {
            chain.append(tx, asked, CredentialAction.CREDENTIAL_ACTION_ISSUE, "lost", why, at);
            settle(tx, asked, Outcome.DEAD_BY_EXPIRY, asked.diesAt(), why, at);
          });
          return row.isPresent();
        });
  }

  /// ISSUING: keeps what came, whatever is said of it afterwards: CHECKING now, or RETIRED when its
  /// session is not ACTIVE any more. What the issuer gave out before belongs to another credential,
  /// whose closure would kill this one and the other way round: it is not kept.
  public Receiving received(String id, Received received) {
    return write(tx -> {
      var row = in(tx, id, State.ISSUING);
      if (row.isEmpty()) {
        return Receiving.SESSION_NOT_ACTIVE;
      }
      var at = received.issuedAt();
      if (received.fingerprint().filter(print -> given(tx, print)).isPresent()) {
        tx.createUpdate("DELETE FROM credential WHERE id = :id").bind("id", id).execute();
        var why = "the issuer gave it out before";
        chain.append(tx, row.get(), CredentialAction.CREDENTIAL_ACTION_ISSUE, "refused", why, at);
        return Receiving.GIVEN_BEFORE;
      }
      var usable = active(tx, row.get().session(), at);
      keep(tx, id, usable ? State.CHECKING : State.RETIRED, received);
      chain.append(tx, row.get(), CredentialAction.CREDENTIAL_ACTION_ISSUE, "issued", "", at);
      return usable ? Receiving.KEPT : Receiving.SESSION_NOT_ACTIVE;
    });
  }

  /// CHECKING to LIVE. False when its session ended or it was retired meanwhile.
  ///
  /// @param probed whether a probe must have said ALIVE
  public boolean confirm(String id, boolean probed, Instant at) {
    return write(tx -> {
      var row = in(tx, id, State.CHECKING);
      if (row.isEmpty() || (probed && row.get().aliveAt().isEmpty())) {
        return false;
      }
      if (!active(tx, row.get().session(), at)) {
        retireIn(tx, row.get(), "the session ended while it was issued", at);
        return false;
      }
      return move(tx, id, State.LIVE) == 1;
    });
  }

  /// LIVE and replaced: to be retired at `retireAt`, when calls that use it have drained.
  public void replaced(String id, Instant retireAt) {
    var _ =
        write(tx ->
            tx.createUpdate(
                    "UPDATE credential SET retire_at = :at WHERE id = :id AND state = 'LIVE'"
                        + " AND retire_at IS NULL")
                .bind("at", retireAt.toEpochMilli())
                .bind("id", id)
                .execute());
  }

  /// CHECKING or LIVE to RETIRED.
  public void retire(String id, String why, Instant at) {
    retireWhere("id = :key", id, "", why, at);
  }

  /// Retires all of a session.
  public void retireSession(String session, String why, Instant at) {
    retireWhere("session = :key", session, "", why, at);
  }

  /// Retires all that one proxy was given.
  public void retireProxy(String workload, String proxy, String why, Instant at) {
    retireWhere("workload = :key", workload, proxy, why, at);
  }

  /// Retires what was replaced and has drained, and what is not to be used any more.
  public void retireDue(Instant now) {
    var due =
        store.read(tx ->
            tx.createQuery(
                    "SELECT id FROM credential WHERE state = 'LIVE'"
                        + " AND (retire_at <= :now OR not_after <= :now)")
                .bind("now", now.toEpochMilli())
                .mapTo(String.class)
                .list());
    due.forEach(id -> retire(id, "replaced or past its time", now));
  }

  /// Keeps an issuer's answer about a credential that is not settled.
  public void probed(String id, Answer answer, String why, Instant at) {
    var _ =
        write(tx -> {
          var row = in(tx, id, State.CHECKING, State.LIVE, State.RETIRED);
          row.ifPresent(asked -> probedIn(tx, asked, answer, why, at));
          return row.isPresent();
        });
  }

  /// Keeps an issuer's answer to a revocation.
  public void revoked(String id, boolean accepted, String why, Instant at) {
    var _ =
        write(tx -> {
          var row = in(tx, id, State.RETIRED);
          row.ifPresent(asked -> {
            tx.createUpdate(
                    "UPDATE credential SET revoke_attempts = revoke_attempts + 1,"
                        + " revoked_at = CASE WHEN :accepted THEN :at ELSE revoked_at END,"
                        + " note = :note, noted_at = :at WHERE id = :id")
                .bind("accepted", accepted)
                .bind("at", at.toEpochMilli())
                .bind("note", accepted ? "revocation accepted, not proven yet" : why)
                .bind("id", id)
                .execute();
            chain.append(
                tx,
                asked,
                CredentialAction.CREDENTIAL_ACTION_REVOKE,
                accepted ? "accepted" : "refused",
                why,
                at);
          });
          return row.isPresent();
        });
  }

  /// RETIRED to SETTLED; the sealed copy is gone with it.
  public void settle(String id, Outcome outcome, Instant outcomeAt, String why, Instant at) {
    var _ =
        write(tx -> {
          var row = in(tx, id, State.RETIRED);
          row.ifPresent(retired -> settle(tx, retired, outcome, outcomeAt, why, at));
          return row.isPresent();
        });
  }

  public Optional<CredentialRow> find(String id) {
    return store.read(tx -> findIn(tx, id));
  }

  /// The newest LIVE credential that is not replaced.
  public Optional<CredentialRow> current(
      String session, String provider, String grant, String authority, String proxy) {
    return store.read(tx ->
        tx.createQuery(
                "SELECT * FROM credential WHERE session = :session AND provider = :provider"
                    + " AND grant_name = :grant AND authority = :authority AND proxy = :proxy"
                    + " AND state = 'LIVE' AND retire_at IS NULL ORDER BY n DESC LIMIT 1")
            .bind("session", session)
            .bind("provider", provider)
            .bind("grant", grant)
            .bind("authority", authority)
            .bind("proxy", proxy)
            .map(CredentialRow::of)
            .findOne());
  }

  /// Whether something that was exchanged from it is not settled yet.
  public boolean hasLeaves(String id) {
    return store.read(tx ->
        tx.createQuery("SELECT COUNT(*) FROM credential WHERE parent = :id AND state <> 'SETTLED'")
                .bind("id", id)
                .mapTo(Integer.class)
                .one()
            > 0);
  }

  /// All of a session, oldest first.
  public List<CredentialRow> ofSession(String session) {
    return where("session = :key", session);
  }

  /// All in a state that is not SETTLED, oldest first.
  public List<CredentialRow> in(State state) {
    return where("state <> 'SETTLED' AND state = :key", state.name());
  }

  /// What is sealed of a credential; empty when there is nothing, or not any more.
  public Optional<ByteString> sealed(String id) {
    return store.read(tx ->
        tx.createQuery("SELECT sealed FROM credential WHERE id = :id AND sealed IS NOT NULL")
            .bind("id", id)
            .map((row, _) -> ByteString.copyFrom(row.getBytes("sealed")))
            .findOne());
  }

  /// The configuration that a credential was issued under.
  public Optional<String> spec(String providerVersion) {
    return store.read(tx ->
        tx.createQuery("SELECT spec FROM provider_version WHERE digest = :digest")
            .bind("digest", providerVersion)
            .mapTo(String.class)
            .findOne());
  }

  /// The first ALIVE and the last answers about a credential, oldest first; at most 17.
  public List<ProbeRow> probes(String id) {
    return store.read(tx ->
        tx.createQuery("SELECT * FROM credential_probe WHERE credential = :id ORDER BY id")
            .bind("id", id)
            .map((row, _) ->
                new ProbeRow(
                    Instant.ofEpochMilli(row.getLong("at")),
                    Answer.valueOf(row.getString("answer")),
                    row.getString("note")))
            .list());
  }

  private static boolean given(Handle tx, String fingerprint) {
    return tx.createQuery("SELECT COUNT(*) FROM credential WHERE fingerprint = :fingerprint")
            .bind("fingerprint", fingerprint)
            .mapTo(Integer.class)
            .one()
        > 0;
  }

  private static void keep(Handle tx, String id, State state, Received received) {
    tx.createUpdate(
            "UPDATE credential SET state = :state, issued_at = :issued, not_after = :notAfter,"
                + " dies_at = :dies, granted = :granted, sealed = :sealed,"
                + " fingerprint = :fingerprint, noted_at = :issued WHERE id = :id")
        .bind("state", state.name())
        .bind("issued", received.issuedAt().toEpochMilli())
        .bind("notAfter", received.notAfter().toEpochMilli())
        .bind("dies", received.diesAt().toEpochMilli())
        .bind("granted", String.join(" ", received.granted()))
        .bind("sealed", received.sealed().toByteArray())
        .bind("fingerprint", received.fingerprint().orElse(null))
        .bind("id", id)
        .execute();
  }

  private void probedIn(Handle tx, CredentialRow row, Answer answer, String why, Instant at) {
    tx.createUpdate(
            "INSERT INTO credential_probe (credential, at, answer, note)"
                + " VALUES (:id, :at, :answer, :note)")
        .bind("id", row.id())
        .bind("at", at.toEpochMilli())
        .bind("answer", answer.name())
        .bind("note", why)
        .execute();
    tx.createUpdate(
            "DELETE FROM credential_probe WHERE credential = :id AND id NOT IN (SELECT id FROM"
                + " credential_probe WHERE credential = :id ORDER BY id DESC LIMIT :kept)"
                + " AND id <> (SELECT COALESCE(MIN(id), 0) FROM credential_probe"
                + " WHERE credential = :id AND answer = 'ALIVE')")
        .bind("id", row.id())
        .bind("kept", PROBES_KEPT)
        .execute();
    tx.createUpdate(
            "UPDATE credential SET probe_attempts = probe_attempts + 1, alive_at ="
                + " CASE WHEN :alive THEN COALESCE(alive_at, :at) ELSE alive_at END,"
                + " note = CASE WHEN state = 'RETIRED' THEN :note ELSE note END, noted_at = :at"
                + " WHERE id = :id")
        .bind("alive", answer == Answer.ALIVE)
        .bind("at", at.toEpochMilli())
        .bind("note", why)
        .bind("id", row.id())
        .execute();
    var code = answer.name().toLowerCase(Locale.ROOT);
    chain.append(tx, row, CredentialAction.CREDENTIAL_ACTION_PROBE, code, why, at);
  }

  private void settle(
      Handle tx, CredentialRow row, Outcome outcome, Instant outcomeAt, String why, Instant at) {
    tx.createUpdate(
            "UPDATE credential SET state = 'SETTLED', sealed = NULL, outcome = :outcome,"
                + " outcome_at = :outcomeAt, note = :note, noted_at = :at WHERE id = :id")
        .bind("outcome", outcome.name())
        .bind("outcomeAt", outcomeAt.toEpochMilli())
        .bind("note", why)
        .bind("at", at.toEpochMilli())
        .bind("id", row.id())
        .execute();
    var code = outcome.name().toLowerCase(Locale.ROOT);
    chain.append(tx, row, CredentialAction.CREDENTIAL_ACTION_SETTLE, code, why, at);
  }

  private void retireWhere(String condition, String key, String proxy, String why, Instant at) {
    var _ =
        write(tx -> {
          var rows =
              tx.createQuery(
                      "SELECT * FROM credential WHERE state IN ('CHECKING', 'LIVE')"
                          + " AND (:proxy = '' OR proxy = :proxy) AND "
                          + condition)
                  .bind("key", key)
                  .bind("proxy", proxy)
                  .map(CredentialRow::of)
                  .list();
          rows.forEach(row -> retireIn(tx, row, why, at));
          return rows.size();
        });
  }

  private void retireIn(Handle tx, CredentialRow row, String why, Instant at) {
    tx.createUpdate(
            "UPDATE credential SET state = 'RETIRED', note = :note, noted_at = :at WHERE id = :id")
        .bind("note", why)
        .bind("at", at.toEpochMilli())
        .bind("id", row.id())
        .execute();
    chain.append(tx, row, CredentialAction.CREDENTIAL_ACTION_RETIRE, "", why, at);
  }

  private <T> T write(HandleCallback<T, RuntimeException> work) {
    fault.run();
    var result = store.write(work);
    fault.run();
    return result;
  }

  private List<CredentialRow> where(String condition, String key) {
    return store.read(tx ->
        tx.createQuery("SELECT * FROM credential WHERE " + condition + " ORDER BY n")
            .bind("key", key)
            .map(CredentialRow::of)
            .list());
  }

  private static int move(Handle tx, String id, State next) {
    Update update = tx.createUpdate("UPDATE credential SET state = :next WHERE id = :id");
    return update.bind("next", next.name()).bind("id", id).execute();
  }

  private static boolean active(Handle tx, String session, Instant at) {
    return tx.createQuery(
                "SELECT COUNT(*) FROM session WHERE id = :id AND state = 'ACTIVE'"
                    + " AND expires_at > :at")
            .bind("id", session)
            .bind("at", at.toEpochMilli())
            .mapTo(Integer.class)
            .one()
        == 1;
  }

  private static Optional<CredentialRow> in(Handle tx, String id, State... states) {
    return findIn(tx, id).filter(row -> List.of(states).contains(row.state()));
  }

  private static Optional<CredentialRow> findIn(Handle tx, String id) {
    return tx.createQuery("SELECT * FROM credential WHERE id = :id")
        .bind("id", id)
        .map(CredentialRow::of)
        .findOne();
  }

  private static void insert(Handle tx, CredentialRow draft) {
    tx.createUpdate(
            "INSERT INTO credential (id, session, provider, provider_version, grant_name,"
                + " authority, workload, proxy, parent, state, asked_at, dies_at, granted,"
                + " revoke_attempts, probe_attempts, note, noted_at) VALUES (:id, :session,"
                + " :provider, :version, :grant, :authority, :workload, :proxy, :parent, 'ISSUING',"
                + " :asked, :dies, '', 0, 0, '', :asked)")
        .bind("id", draft.id())
        .bind("session", draft.session())
        .bind("provider", draft.provider())
        .bind("version", draft.providerVersion())
        .bind("grant", draft.grant())
        .bind("authority", draft.authority())
        .bind("workload", draft.workload())
        .bind("proxy", draft.proxy())
        .bind("parent", draft.parent().orElse(null))
        .bind("asked", draft.askedAt().toEpochMilli())
        .bind("dies", draft.diesAt().toEpochMilli())
        .execute();
  }

  /// What an issuer says of a credential.
  public enum Answer {
    ALIVE,
    DEAD,
    UNKNOWN
  }

  /// One answer, as kept.
  public record ProbeRow(Instant at, Answer answer, String note) {}

  /// What came from an issuer.
  ///
  /// @param notAfter until when it may be used
  /// @param diesAt when it expires at the issuer
  /// @param fingerprint the same for the same material, and nothing else can be told from it; empty
  ///   for what belongs to no one credential
  public record Received(
      Instant issuedAt,
      Instant notAfter,
      Instant diesAt,
      List<String> granted,
      ByteString sealed,
      Optional<String> fingerprint) {
    public Received {
      granted = List.copyOf(granted);
    }
  }
}
