package dev.ambit.bench.subject;

import dev.ambit.bench.load.Door;
import dev.ambit.bench.load.Loops;
import dev.ambit.bench.origin.Hole;
import dev.ambit.bench.origin.Names;
import dev.ambit.bench.origin.Origin;
import dev.ambit.cli.Shell;
import dev.ambit.dev.set.Folders;
import dev.ambit.dev.tls.ServerCertificate;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Pem;
import dev.ambit.spiffe.x509.SubjectName;
import dev.ambit.spiffe.x509.Validity;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// What all subjects share: one address, one origin with its name and certificate, the paths that
/// are granted, and a folder that is removed with it.
public final class Site implements AutoCloseable {
  public static final String HOST = "api.bench.test";

  /// The same origin for agents that speak HTTP/2: a proxy may serve these by connections of
  /// HTTP/1.1 that others of the same host have left idle.
  public static final String STREAMED = "h2.bench.test";

  /// Where gRPC is spoken.
  public static final String CALLED = "rpc.bench.test";

  /// The one method of gRPC that is granted.
  public static final String METHOD = "bench.Echo/Talk";

  /// What the hosts that are visited once have one label before.
  static final String VISITED = "visit.bench.test";

  /// Path prefixes that are granted, in each subject's own words.
  public static final int GRANTS = 20;

  /// The prefix that is used: in the middle, where a list costs its mean.
  private static final String USED = "/v1/r10/";

  private static final Duration LIFE = Duration.ofDays(2);
  private static final int FIRST_PORT = 21_000;
  private static final int DNS_PORT = 53;
  private static final Path MEMORY = Path.of("/dev/shm");

  private final Path folder;
  private final Path memory;
  private final Path files;
  private final InetAddress address;
  private final Loops loops;
  private final Names names;
  private final Origin origin;
  private final Origin ill;
  private final Hole hole;
  private final Set<Process> processes = ConcurrentHashMap.newKeySet();
  private final AtomicInteger ports = new AtomicInteger(FIRST_PORT);
  private @Nullable Names ordinary;
  private final AtomicLong visits = new AtomicLong();

  private Site(
      Path folder,
      Path memory,
      Path files,
      InetAddress address,
      Loops loops,
      Names names,
      Origin origin,
      Origin ill,
      Hole hole) {
    this.folder = folder;
    this.memory = memory;
    this.files = files;
    this.address = address;
    this.loops = loops;
    this.names = names;
    this.origin = origin;
    this.ill = ill;
    this.hole = hole;
  }

  /// Makes the folder and starts origin and name server at the address.
  public static Site open(Shell shell, InetAddress address) throws IOException {
    var folder = Folders.make("ambit-bench");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    var files = Files.createDirectory(folder.resolve("files"));
    var memory =
        Files.isWritable(MEMORY)
            ? Files.createTempDirectory(MEMORY, "ambit-bench")
            : Files.createDirectory(folder.resolve("memory"));

    certify(files, shell);
    Files.writeString(
        files.resolve("hosts"), address.getHostAddress() + " " + HOST + System.lineSeparator());
    var loops = Loops.open();
    var names = Names.start(loops, new InetSocketAddress(address, 0));
    var origin = origin(loops, address, files);
    var ill = origin(loops, address, files);
    return new Site(folder, memory, files, address, loops, names, origin, ill, Hole.open(address));
  }

  private static Origin origin(Loops loops, InetAddress address, Path files) throws IOException {
    return Origin.start(
        loops,
        new InetSocketAddress(address, 0),
        files.resolve("origin.pem"),
        files.resolve("origin.key"));
  }

  /// This machine's first IPv4 address that is not loopback, which the rules of production do not
  /// admit.
  public static InetAddress outward() throws IOException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
        .findFirst()
        .orElseThrow(() ->
            new IOException(
                "network: no IPv4 address but loopback (expected: one; ./ambit bench makes a namespace that has it)"));
  }

  private static void certify(Path files, Shell shell) throws IOException {
    var validity = Validity.from(shell.clock().instant(), LIFE);
    var authority = CertificateAuthority.create("Ambit bench", validity);
    Files.writeString(files.resolve("ca.pem"), Pem.certificates(List.of(authority.certificate())));
    // Squid reads it as nobody; nobody trusts what it signs once the run is over.
    Files.writeString(files.resolve("ca.key"), Pem.privateKey(authority.key()));
    for (var name : List.of("origin", "door")) {
      ServerCertificate.issue(
          authority,
          validity,
          files,
          name,
          new SubjectName.Dns(HOST),
          new SubjectName.Dns(STREAMED),
          new SubjectName.Dns(CALLED),
          new SubjectName.Dns("*." + VISITED));
    }
    ServerCertificate.issue(authority, validity, files, "issuer", new SubjectName.Dns("localhost"));
  }

  /// The origin itself, without a proxy.
  public Door direct() {
    return new Door(
        new InetSocketAddress(address, origin.port()), false, HOST, origin.port(), authority());
  }

  /// A proxy before the origin.
  ///
  /// @param tunnel whether agents ask it for a tunnel
  Door door(int port, boolean tunnel, Path roots) {
    return new Door(new InetSocketAddress(address, port), tunnel, HOST, origin.port(), roots);
  }

  /// The authority that signed origin, doors and issuer.
  public Path authority() {
    return files.resolve("ca.pem");
  }

  /// A path that is granted.
  public static String granted(String rest) {
    return USED + rest;
  }

  /// What a subject's allow-list says, each prefix in its own form.
  static List<String> prefixes() {
    return IntStream.rangeClosed(1, GRANTS)
        .mapToObj(i -> String.format(Locale.ROOT, "/v1/r%02d/", i))
        .toList();
  }

  /// A host of the origin's that nobody has ever called.
  public String unvisited() {
    return "h" + visits.incrementAndGet() + "." + VISITED;
  }

  public Path folder() {
    return folder;
  }

  public Path files() {
    return files;
  }

  public InetAddress address() {
    return address;
  }

  public Loops loops() {
    return loops;
  }

  InetSocketAddress names() {
    return names.address();
  }

  /// Has names answered at port 53, too: some programs know no other.
  void serveOrdinaryNames() throws IOException {
    if (ordinary == null) {
      ordinary = Names.start(loops, new InetSocketAddress(address, DNS_PORT));
    }
  }

  public Origin origin() {
    return origin;
  }

  /// A folder on a memory-backed volume, which is what a proxy's private folder lies on by default,
  /// where the machine has one.
  Path memoryFolder(String name) throws IOException {
    return Files.createDirectory(memory.resolve(name));
  }

  /// A proxy before an authority that is another than the origin's.
  ///
  /// @param to its door before the origin
  public static Door elsewhere(Door to, int port) {
    return new Door(to.address(), to.tunnel(), HOST, port, to.roots(), to.handle());
  }

  /// An authority whose calls may be long under way, so that those of [#origin] are not.
  public int illPort() {
    return ill.port();
  }

  /// What that one was asked so far.
  public long illRequests() {
    return ill.seen().requests();
  }

  /// An authority that lets nobody connect.
  public int holePort() throws IOException {
    return hole.port();
  }

  /// A port that nothing else here uses; below those that the system chooses from.
  int freePort() {
    return ports.getAndIncrement();
  }

  /// Remembers a process that must not outlive the run, however that ends.
  void keep(Process process) {
    processes.add(process);
    var _ = process.onExit().thenAccept(processes::remove);
  }

  @Override
  public void close() {
    processes.forEach(Running::stop);
    origin.close();
    ill.close();
    hole.close();
    names.close();
    if (ordinary != null) {
      ordinary.close();
    }
    loops.close();
    Folders.remove(folder);
    Folders.remove(memory);
  }
}
