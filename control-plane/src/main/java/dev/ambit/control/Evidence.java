package dev.ambit.control;

import dev.ambit.control.audit.AuditLog;
import dev.ambit.control.audit.Checkpoints;
import dev.ambit.control.audit.Signer;
import dev.ambit.control.audit.SigningKeys;
import dev.ambit.control.audit.StoredAuditLog;
import dev.ambit.control.audit.TrailCheck;
import dev.ambit.control.closure.ClosureWorker;
import dev.ambit.control.closure.Closures;
import dev.ambit.control.closure.Cuts;
import dev.ambit.control.closure.Pace;
import dev.ambit.control.closure.ReceiptWriter;
import dev.ambit.control.closure.RecordWords;
import dev.ambit.control.credential.Broker;
import dev.ambit.control.credential.Circuits;
import dev.ambit.control.credential.InFlight;
import dev.ambit.control.credential.Issuing;
import dev.ambit.control.credential.Orphans;
import dev.ambit.control.credential.Providers;
import dev.ambit.control.credential.SealedBroker;
import dev.ambit.control.credential.Vault;
import dev.ambit.control.credential.oauth.Assertions;
import dev.ambit.control.credential.oauth.ClientCredentials;
import dev.ambit.control.credential.oauth.ClientProof;
import dev.ambit.control.credential.oauth.Identity;
import dev.ambit.control.credential.oauth.IssuerHttp;
import dev.ambit.control.credential.standing.StandingKeys;
import dev.ambit.control.resources.CurrentResources;
import dev.ambit.control.store.AuditTable;
import dev.ambit.control.store.CheckpointTable;
import dev.ambit.control.store.CredentialTable;
import dev.ambit.control.store.CutTable;
import dev.ambit.control.store.OwnChain;
import dev.ambit.control.store.ProxyTable;
import dev.ambit.control.store.SessionTable;
import dev.ambit.control.store.Store;
import dev.ambit.control.store.SuspensionTable;
import dev.ambit.envelope.Ids;
import dev.ambit.resources.ProviderSpec;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.IntSupplier;

/// What issues credentials, sees them die and keeps the record of it, wired as one part.
record Evidence(
    Broker broker,
    Orphans orphans,
    AuditLog audit,
    TrailCheck trail,
    SigningKeys keys,
    Closures closures,
    IntSupplier issuersSpared,
    SuspensionTable suspensions,
    Runnable start,
    Runnable stop) {
  private static final Duration CHECKPOINT = Duration.ofMinutes(1);
  private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
  private static final Duration REQUEST_MAX = Duration.ofSeconds(10);

  /// A fresh token may not be known everywhere at once: ask again after these pauses.
  private static final List<Duration> CONTROL_PAUSES =
      List.of(Duration.ofMillis(200), Duration.ofSeconds(1), Duration.ofSeconds(2));

  static Evidence make(Base base) {
    var clock = base.clock();
    var vault = Vault.open(base.keys(), base.random());
    var checkpointTable = new CheckpointTable(base.store());
    var signer = Signer.open(base.keys(), checkpointTable, clock);
    var chain = new OwnChain(base.self(), base.ids().next());
    var suspensions = new SuspensionTable(base.store(), chain);
    var audit = new AuditTable(base.store(), suspensions);
    var credentials = new CredentialTable(base.store(), chain);
    var cuts = new CutTable(base.store());
    var proof = new ClientProof(base.identity(), new Assertions(base.ids(), clock));
    var http = new IssuerHttp(proof, CONNECT_MAX, REQUEST_MAX);
    var providers =
        new Providers(
            () -> base.resources().current().providers(),
            spec ->
                switch (spec) {
                  case ProviderSpec.OAuthClientCredentials oauth ->
                      new ClientCredentials(oauth, http);
                  case ProviderSpec.StandingKey key -> new StandingKeys(key);
                });
    var circuits = new Circuits();
    var inFlight = new InFlight();
    var closures =
        new ClosureWorker(
            new ClosureWorker.Tables(
                new SessionTable(base.store()),
                credentials,
                cuts,
                audit,
                new ProxyTable(base.store())),
            base.cuts(),
            base.words(),
            providers,
            vault,
            inFlight,
            new ReceiptWriter(credentials, cuts, audit, signer),
            clock,
            base.random(),
            Pace.STANDARD);
    var issuing =
        new Issuing(
            credentials,
            providers,
            vault,
            inFlight,
            circuits,
            base.ids(),
            clock,
            CONTROL_PAUSES,
            closures::wake);
    var broker = new SealedBroker(credentials, providers, vault, issuing, clock, closures::wake);
    var checkpoints = new Checkpoints(checkpointTable, signer, clock);
    return new Evidence(
        broker,
        broker,
        new StoredAuditLog(audit, checkpointTable, clock),
        new TrailCheck(audit, checkpointTable, signer),
        signer,
        closures,
        circuits::open,
        suspensions,
        () -> {
          closures.start();
          checkpoints.start(CHECKPOINT);
        },
        () -> {
          broker.close();
          checkpoints.close();
          closures.close();
          http.close();
        });
  }

  /// What it stands on.
  ///
  /// @param self the control plane's SPIFFE ID
  /// @param identity what it shows to issuers
  /// @param keys folder of the vault key and the signing key
  record Base(
      Store store,
      Cuts cuts,
      RecordWords words,
      CurrentResources resources,
      String self,
      Identity identity,
      Path keys,
      Ids ids,
      SecureRandom random,
      InstantSource clock) {}
}
