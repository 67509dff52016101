package dev.ambit.e2e.containers;

import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Volume;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/// A container of an image that is there: nothing is pulled, its root is read-only, and it has no
/// capability and no way to one.
final class Container extends GenericContainer<Container> {
  private static final Duration STARTED_MAX = Duration.ofSeconds(60);

  private final List<Bind> mounts = new ArrayList<>();

  Container(String image) {
    super(DockerImageName.parse(image));
    withImagePullPolicy(_ -> false);
    withLabel(Engine.LABEL, Long.toString(ProcessHandle.current().pid()));
    withStartupTimeout(STARTED_MAX);
    changing(host ->
        host.withReadonlyRootfs(true)
            .withCapDrop(Capability.ALL)
            .withSecurityOpts(List.of("no-new-privileges"))
            .withBinds(mounts));
  }

  /// Changes how it is started.
  private Container changing(Consumer<HostConfig> change) {
    return withCreateContainerCmdModifier(command ->
        change.accept(Objects.requireNonNull(command.getHostConfig(), "host configuration")));
  }

  /// It does nothing, for as long as it is there.
  Container idle() {
    return withCommand("sleep", "infinity");
  }

  /// It is in the network of another, and has no way to change it.
  Container in(Container holder) {
    return withNetworkMode("container:" + holder.getContainerId());
  }

  /// It has a network of its own, and nothing is in it.
  Container alone(String nameServer) {
    withNetworkMode("none");
    return changing(host ->
        host.withDns(nameServer).withSysctls(Map.of("net.ipv6.conf.all.disable_ipv6", "0")));
  }

  /// It is this user, whatever the image says.
  Container as(int uid) {
    return withCreateContainerCmdModifier(command -> command.withUser(uid + ":" + uid));
  }

  /// It may change the network that it is in.
  Container administeringItsNetwork() {
    // A file capability is a new privilege.
    return changing(host -> host.withCapAdd(Capability.NET_ADMIN).withSecurityOpts(List.of()));
  }

  /// It has a task, and has started when it ended well.
  Container ending() {
    return withStartupCheckStrategy(new OneShotStartupCheckStrategy());
  }

  Container reading(Path folder, String inside) {
    mounts.add(new Bind(folder.toString(), new Volume(inside), AccessMode.ro));
    return this;
  }

  Container writing(Path folder, String inside) {
    mounts.add(new Bind(folder.toString(), new Volume(inside), AccessMode.rw));
    return this;
  }

  /// It has started when it says so.
  Container saying(String regex) {
    return waitingFor(
        Wait.forLogMessage("(?s).*" + regex + ".*", 1).withStartupTimeout(STARTED_MAX));
  }

  /// The first process, as this machine counts.
  long process() {
    return Engine.process(getContainerId());
  }

  /// Ends it as `docker kill -s KILL` does.
  void killNow() {
    DockerClientFactory.lazyClient().killContainerCmd(getContainerId()).withSignal("KILL").exec();
  }

  /// Starts it again, as whoever supervises containers does.
  void startAgain() {
    DockerClientFactory.lazyClient().startContainerCmd(getContainerId()).exec();
  }

  /// How often it said so.
  long said(String regex) {
    return Pattern.compile(regex).matcher(getLogs()).results().count();
  }
}
