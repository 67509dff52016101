package dev.ambit.dev.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Who runs commands, where, and with which variables. Known by number alone: nobody is added to
/// the system's lists.
///
/// @param uid also the only group; any but 0 has no capability
/// @param network the namespace the commands run in; empty: the machine's
/// @param variables all that the commands see, beside PATH
/// @param shown what the commands find elsewhere; empty: nothing
public record User(
    int uid, Optional<Network> network, Map<String, String> variables, Optional<Shown> shown) {
  /// The user that this program runs as; it needs it to become others.
  public static final User ROOT = of(0);

  public User {
    variables = Map.copyOf(variables);
  }

  public static User of(int uid) {
    return new User(uid, Optional.empty(), Map.of(), Optional.empty());
  }

  public User in(Network other) {
    return new User(uid, Optional.of(other), variables, shown);
  }

  public User with(String name, String value) {
    var more = new HashMap<>(variables);
    more.put(name, value);
    return new User(uid, network, more, shown);
  }

  public User with(Map<String, String> others) {
    var more = new HashMap<>(variables);
    more.putAll(others);
    return new User(uid, network, more, shown);
  }

  /// This user with these variables and no others.
  public User withOnly(Map<String, String> others) {
    return new User(uid, network, others, shown);
  }

  /// This user where folders of others are shown.
  public User seeing(Shown folders) {
    return new User(uid, network, variables, Optional.of(folders));
  }

  /// Runs a command to its end.
  public Ran run(List<String> command) {
    return Ran.of(this, command);
  }

  public Ran run(String... command) {
    return run(List.of(command));
  }

  /// Starts a program; it writes to `<name>.out` and `<name>.log` in the folder.
  public Program start(String name, Path folder, List<String> command) {
    return Program.start(name, this, command, folder);
  }

  /// Makes a folder that belongs to this user.
  ///
  /// @param permissions as `rwx------`
  public Path folder(Path parent, String name, String permissions) throws IOException {
    var folder = Files.createDirectories(parent.resolve(name));
    give(folder, permissions);
    return folder;
  }

  /// Gives this user a file or folder.
  ///
  /// @param permissions as `rw-------`
  public void give(Path path, String permissions) throws IOException {
    Files.setAttribute(path, "unix:uid", uid);
    Files.setAttribute(path, "unix:gid", uid);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  Process process(List<String> command, Path out, Path err) throws IOException {
    var builder =
        new ProcessBuilder(words(command)).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().keySet().retainAll(List.of("PATH"));
    builder.environment().putAll(variables);
    return builder.start();
  }

  /// What is to be started, so that this user runs it. Each step replaces the one before it: the
  /// process that is started is the command's own. The kernel kills it when the thread that started
  /// it ends, however that comes.
  public List<String> words(List<String> command) {
    var words = new ArrayList<String>();
    network.ifPresent(where -> words.addAll(where.entering()));
    words.addAll(List.of("setpriv", "--pdeathsig", "KILL"));
    if (uid != 0) {
      var id = Integer.toString(uid);
      words.addAll(List.of("--reuid", id, "--regid", id, "--clear-groups"));
    }
    words.addAll(shown.map(folders -> folders.words(command)).orElse(command));
    return words;
  }
}
