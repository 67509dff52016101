package dev.ambit.control.caller;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/// The folder that a person's command line reads: `token`, `bundle.pem` (the roots that vouch for
/// the server), `server` (host:port) and `id` (the SPIFFE ID to expect). Folder 0700, files 0600.
public final class AccessFolder {
  private final Path folder;

  public AccessFolder(Path folder) {
    this.folder = folder;
  }

  /// Writes all four; a reader sees each file whole. The token comes last: who sees a new token
  /// sees where it belongs.
  public void write(String token, String bundle, String server, String id) throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    bundle(bundle);
    put("server", server + "\n");
    put("id", id + "\n");
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
}
