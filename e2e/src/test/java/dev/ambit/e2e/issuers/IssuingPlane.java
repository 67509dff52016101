package dev.ambit.e2e.issuers;

import dev.ambit.cli.connect.Access;
import dev.ambit.cli.connect.Connector;
import dev.ambit.cli.receipt.ReceiptFile;
import dev.ambit.control.ControlPlane;
import dev.ambit.control.Unusable;
import dev.ambit.control.config.Settings;
import dev.ambit.dev.machine.Closing;
import dev.ambit.dev.machine.User;
import dev.ambit.e2e.spire.RealSpire;
import dev.ambit.e2e.spire.SpireEntry;
import dev.ambit.envelope.receipt.Receipt;
import dev.ambit.proto.v1.CloseReason;
import dev.ambit.proto.v1.CloseSessionRequest;
import dev.ambit.proto.v1.GetSessionRequest;
import dev.ambit.proto.v1.OpenSessionRequest;
import dev.ambit.proto.v1.Session;
import dev.ambit.proto.v1.SessionState;
import dev.ambit.proto.v1.Workload;
import dev.ambit.spiffe.source.IdentityUnavailable;
import dev.ambit.testkit.Await;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// The control plane with its identity from a real SPIRE, one proxy that asks for credentials, and
/// the issuers that a test gives it.
final class IssuingPlane implements Closeable {
  static final String CONTROL_PLANE = "spiffe://" + RealSpire.TRUST_DOMAIN + "/ambit/control-plane";
  static final String API = "https://api.acme.test:443";
  private static final String WORKLOAD = "spiffe://" + RealSpire.TRUST_DOMAIN + "/agents/reporter";
  private static final User PROXY_USER = User.of(61_011);
  private static final Duration SVID_LIFE = Duration.ofMinutes(10);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Path folder;
  private final Closing closing;
  private final RealSpire spire;

  private IssuingPlane(Path folder, Closing closing, RealSpire spire) {
    this.folder = folder;
    this.closing = closing;
    this.spire = spire;
  }

  /// Starts SPIRE; the rest is started by [#open].
  ///
  /// @param folder with a short path, since sockets lie in it
  static IssuingPlane start(Path folder) throws IOException, InterruptedException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    var closing = new Closing();
    var spire =
        closing.add(
            RealSpire.start(
                Files.createDirectory(folder.resolve("s")),
                List.of(
                    new SpireEntry(User.ROOT, CONTROL_PLANE, SVID_LIFE),
                    new SpireEntry(PROXY_USER, WORKLOAD, SVID_LIFE))));
    return new IssuingPlane(folder, closing, spire);
  }

  RealSpire spire() {
    return spire;
  }

  /// Closed with the plane, last first.
  <T extends Closeable> T add(T one) {
    return closing.add(one);
  }

  /// Starts control plane and proxy.
  ///
  /// @param resources folder with the YAML and the files it names
  Desk open(Path resources) throws IOException, Unusable, IdentityUnavailable {
    var access = folder.resolve("access");
    var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    var plane =
        ControlPlane.start(
            new Settings(
                any,
                any,
                any,
                any,
                spire.socket(),
                folder.resolve("ambit.db"),
                resources,
                folder.resolve("keys"),
                Optional.of(access),
                Optional.empty(),
                Duration.ofSeconds(15),
                Duration.ZERO,
                List.of(),
                Duration.ofSeconds(30),
                Optional.empty()),
            InstantSource.system(),
            System::nanoTime);
    closing.add(plane::close);
    var svid = PROXY_USER.folder(folder, "svid", "rwx------");
    Await.until("the proxy's SVID", PATIENCE, () -> fetched(svid));
    var proxy = closing.add(AskingProxy.attach(plane.ports().proxies(), svid));
    var client = Connector.open(Access.ofDirectory(access));
    closing.add(client::close);
    return new Desk(client, proxy);
  }

  /// SPIRE's agent learns of an entry within seconds.
  private boolean fetched(Path svid) {
    try {
      return spire.ask(PROXY_USER, "fetch", "x509", "-write", svid.toString()).exit() == 0;
    } catch (IOException _) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    closing.close();
  }

  /// Where sessions are opened and closed, and their credentials asked for.
  record Desk(dev.ambit.cli.connect.ControlPlane client, AskingProxy proxy) {
    String openSession() {
      return client
          .sessions()
          .openSession(
              OpenSessionRequest.newBuilder()
                  .setTemplate("work")
                  .setWorkload(Workload.newBuilder().setSpiffeId(WORKLOAD))
                  .build())
          .getSession()
          .getId();
    }

    /// Ends the session; returns when every proxy has cut.
    void close(String session) {
      var _ =
          client
              .closing()
              .closeSession(
                  CloseSessionRequest.newBuilder()
                      .setSessionId(session)
                      .setReason(CloseReason.CLOSE_REASON_COMPLETED)
                      .build());
    }

    Session session(String id) {
      return client
          .sessions()
          .getSession(GetSessionRequest.newBuilder().setSessionId(id).build())
          .getSession();
    }

    /// Waits for CLOSED and returns what the receipt says of each credential.
    List<Receipt.CredentialEnd> untilClosed(String session) {
      Await.until(
          "session " + session + " is CLOSED",
          PATIENCE,
          () -> session(session).getState() == SessionState.SESSION_STATE_CLOSED);
      return ReceiptFile.ofSession(session, client).receipt().credentials();
    }
  }
}
