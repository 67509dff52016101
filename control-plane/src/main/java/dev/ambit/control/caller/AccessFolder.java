package dev.ambit.control.caller;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/// The folder that a person's command line reads: `token`, `bundle.pem` (the roots that vouch for
/// the server), `server` and `proxy` (host:port for people and for proxies) and `id` (the SPIFFE ID
/// to expect). Folder 0700, files 0600.
public final class AccessFolder {
  private final Path folder;

  public AccessFolder(Path folder) {
    this.folder = folder;
  }

  /// Writes all five; a reader sees each file whole. The token comes last: who sees a new token
  /// sees where it belongs.
  public void write(String token, Place place) throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    bundle(place.bundle());
    put("server", place.server() + "\n");
    put("proxy", place.proxy() + "\n");
    put("id", place.id() + "\n");
    put("token", token + "\n");
  }

  /// Replaces the roots, as they change while the program runs.
  public void bundle(String bundle) throws IOException {
    put("bundle.pem", bundle);
  }

  private void put(String name, String text) throws IOException {
    var fresh =
        Files.createTempFile(
            folder,
            name,
            ".new",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(fresh, text, StandardCharsets.US_ASCII);
    Files.move(
        fresh,
        folder.resolve(name),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /// Where the control plane is, and how it is known.
  ///
  /// @param bundle roots as PEM
  /// @param server host:port of the API for people
  /// @param proxy host:port where proxies attach
  /// @param id the control plane's SPIFFE ID
  public record Place(String bundle, String server, String proxy, String id) {}
}
