package dev.ambit.proxy.attacks;

import dev.ambit.dev.machine.Closing;
import dev.ambit.dev.machine.Pod;
import dev.ambit.dev.machine.Shown;
import dev.ambit.dev.machine.User;
import dev.ambit.dev.set.Folders;
import dev.ambit.e2e.machine.Programs;
import dev.ambit.e2e.machine.Recorder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/// Runs the tests of a class inside of a pod, on one thread that has entered it: agents, upstreams
/// and all else of a site are in it, the proxy as its own user. Outside is nobody; a recorder
/// counts what leaves all the same.
final class InPod implements Place, InvocationInterceptor, AfterAllCallback {
  private final Closing closing = new Closing();
  private final Pod pod;
  private final Recorder recorder;
  private final Shown shown;
  private final ThreadPoolExecutor inside;

  private InPod() throws IOException {
    pod = closing.add(Pod.open(Programs.redirect()));
    recorder = Recorder.open(pod.network());
    var folder = Files.createTempDirectory("in-pod");
    closing.add(() -> Folders.remove(folder));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    shown = Shown.program(pod.network().pod(), folder.resolve("shown"));
    inside = pod.network().pod().inside(InPod::oneThread);
    closing.add(inside::shutdownNow);
  }

  static InPod open() {
    try {
      return new InPod();
    } catch (IOException refused) {
      throw new UncheckedIOException(refused);
    }
  }

  /// Its thread is begun here, where it belongs.
  private static ThreadPoolExecutor oneThread() {
    var one = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
    one.prestartAllCoreThreads();
    return one;
  }

  /// Packets that left the pod so far.
  long left() {
    return recorder.arrived();
  }

  @Override
  public List<String> words(List<String> command) {
    return Pod.PROXY.in(pod.network().pod()).seeing(shown).words(command);
  }

  @Override
  public Map<String, String> settings() {
    return Map.of(
        "AMBIT_PROXY_CAPTURE_PORT",
        Integer.toString(Pod.CAPTURE_PORT),
        "AMBIT_PROXY_AGENT_DNS_PORT",
        Integer.toString(Pod.DNS_PORT));
  }

  @Override
  public void give(Path folder) throws IOException {
    User.ROOT.give(folder, "rwx--x--x");
    Pod.PROXY.give(folder.resolve("p.sock"), "rw-------");
    Pod.PROXY.give(folder.resolve("private"), "rwx------");
    Pod.PROXY.give(folder.resolve("trust"), "rwxr-xr-x");
  }

  private void run(Invocation<@Nullable Void> invocation) throws Throwable {
    try {
      var _ =
          inside
              .submit(() -> {
                try {
                  return invocation.proceed();
                } catch (Exception | Error failed) {
                  throw failed;
                } catch (Throwable impossible) { // proceed declares it
                  throw new AssertionError(impossible);
                }
              })
              .get();
    } catch (ExecutionException failed) {
      throw failed.getCause();
    }
  }

  @Override
  public void interceptBeforeAllMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    run(invocation);
  }

  @Override
  public void interceptTestMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    run(invocation);
  }

  @Override
  public void interceptTestTemplateMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    run(invocation);
  }

  @Override
  public void interceptAfterEachMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    run(invocation);
  }

  @Override
  public void interceptAfterAllMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    run(invocation);
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    closing.close();
  }
}
