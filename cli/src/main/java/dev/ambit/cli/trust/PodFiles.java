package dev.ambit.cli.trust;

import com.google.protobuf.ByteString;
import dev.ambit.cli.cluster.Inside;
import dev.ambit.cli.cluster.Inside.Ran;
import dev.ambit.cli.print.Item;
import dev.ambit.spiffe.anchors.TrustFolder;
import dev.ambit.spiffe.anchors.TrustVariables;
import dev.ambit.spiffe.x509.SubjectHash;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Reads, inside a container, the files by which its clients are told whom to trust, and looks for
/// the authority of the pod's proxy in each.
final class PodFiles {
  /// Where the webhook mounts what the proxy publishes.
  static final TrustFolder TRUST = new TrustFolder(Path.of("/run/ambit/trust"));

  private static final String OVERLAY = "/etc/ssl/certs/ca-certificates.crt";
  private static final String ADVICE =
      "make the pod anew; if it stays so, see its annotation ambit.dev/status";

  /// Certificates of one hash that OpenSSL would count to.
  private static final int NAMESAKES_MAX = 10;

  private static final Pattern STORE = Pattern.compile("-Djavax\\.net\\.ssl\\.trustStore=([^\"]+)");

  /// Programs that print a file as it is.
  private static final List<List<String>> READERS =
      List.of(
          List.of("cat"),
          List.of(
              "python3",
              "-c",
              "import sys; sys.stdout.buffer.write(open(sys.argv[1], 'rb').read())"),
          List.of(
              "node", "-e", "process.stdout.write(require('fs').readFileSync(process.argv[1]))"));

  private final Inside inside;
  private final List<String> reader;
  private final Set<X509Certificate> own;

  private PodFiles(Inside inside, List<String> reader, Set<X509Certificate> own) {
    this.inside = inside;
    this.reader = reader;
    this.own = own;
  }

  /// Everything about files.
  ///
  /// @param variables of the container, as its pod says
  /// @param overlaid whether the directory of the system's authorities is laid over
  static List<Item> look(Inside inside, Map<String, String> variables, boolean overlaid) {
    for (var reader : READERS) {
      var ran = run(inside, reader, TRUST.own().toString());
      if (!ran.started()) {
        continue;
      }
      var own = ran.exit() == 0 ? pem(ran.out()) : Set.<X509Certificate>of();
      if (own.isEmpty()) {
        return List.of(
            Item.wrong(
                "authority",
                TRUST.own() + " cannot be read, or holds no certificate",
                "see the log of the pod's proxy, which writes it"));
      }
      return new PodFiles(inside, reader, own).look(variables, overlaid);
    }
    return List.of(
        Item.note(
            "files",
            "not tried: the image has none of cat, python3 and node to read one with",
            "try it in a pod of an image that has one of them, with the same profile"));
  }

  private List<Item> look(Map<String, String> variables, boolean overlaid) {
    var items = new ArrayList<Item>();
    items.add(Item.good("authority", own.iterator().next().getSubjectX500Principal().getName()));
    items.add(
        overlaid
            ? item("overlay", OVERLAY, file(OVERLAY))
            : Item.note(
                "overlay",
                "not there: the container mounts something at /etc/ssl/certs itself",
                "clients that read no variable do not trust the proxy; mount it elsewhere"));
    new TreeMap<>(TrustVariables.of(TRUST, ""))
        .keySet()
        .forEach(name -> items.add(variable(name, variables.getOrDefault(name, ""))));
    return items;
  }

  private Item variable(String name, String value) {
    if (value.isEmpty()) {
      return Item.wrong(name, "not set", ADVICE);
    }
    if (name.equals(TrustVariables.JAVA)) {
      var store = STORE.matcher(value);
      return store.find()
          ? item(name, store.group(1), store(store.group(1)))
          : Item.wrong(name, "names no trust store", ADVICE);
    }
    return name.equals("SSL_CERT_DIR")
        ? item(name, value, directory(value))
        : item(name, value, file(value));
  }

  private Item item(String what, String where, Optional<Set<X509Certificate>> held) {
    if (held.isEmpty()) {
      return Item.wrong(what, where + " cannot be read", ADVICE);
    }
    return held.get().containsAll(own)
        ? Item.good(what, where + " holds the proxy's authority")
        : Item.wrong(what, where + " does not hold the proxy's authority", ADVICE);
  }

  private Optional<Set<X509Certificate>> file(String path) {
    return read(path).map(PodFiles::pem);
  }

  /// What OpenSSL finds there under the hash of each of the proxy's authorities.
  private Optional<Set<X509Certificate>> directory(String path) {
    var found = new HashSet<X509Certificate>();
    for (var certificate : own) {
      var hash = SubjectHash.of(certificate.getSubjectX500Principal());
      for (var number = 0; number < NAMESAKES_MAX; number++) {
        var held = file(path + "/" + hash + "." + number);
        if (held.isEmpty()) {
          break;
        }
        found.addAll(held.get());
      }
    }
    return found.isEmpty() ? Optional.empty() : Optional.of(found);
  }

  private Optional<Set<X509Certificate>> store(String path) {
    return read(path).flatMap(PodFiles::pkcs12);
  }

  private Optional<ByteString> read(String path) {
    var ran = run(inside, reader, path);
    return ran.exit() == 0 ? Optional.of(ran.out()) : Optional.empty();
  }

  private static Ran run(Inside inside, List<String> reader, String path) {
    var words = new ArrayList<>(reader);
    words.add(path);
    return inside.run(words);
  }

  private static Set<X509Certificate> pem(ByteString bytes) {
    var found = new HashSet<X509Certificate>();
    try {
      for (var certificate :
          CertificateFactory.getInstance("X.509").generateCertificates(bytes.newInput())) {
        found.add((X509Certificate) certificate);
      }
    } catch (CertificateException _) {
      return Set.of();
    }
    return found;
  }

  private static Optional<Set<X509Certificate>> pkcs12(ByteString bytes) {
    try {
      var store = KeyStore.getInstance("PKCS12");
      store.load(bytes.newInput(), null);
      var found = new HashSet<X509Certificate>();
      for (var alias : java.util.Collections.list(store.aliases())) {
        if (store.getCertificate(alias) instanceof X509Certificate certificate) {
          found.add(certificate);
        }
      }
      return Optional.of(found);
    } catch (GeneralSecurityException | IOException _) {
      return Optional.empty();
    }
  }
}
