package dev.ambit.cli.run;

import dev.ambit.cli.Failure;
import dev.ambit.cli.Shell;
import dev.ambit.cli.connect.ControlPlane;
import dev.ambit.cli.print.Text;
import dev.ambit.cli.receipt.ReceiptFile;
import dev.ambit.cli.receipt.ReceiptView;
import dev.ambit.cli.session.Ending;
import dev.ambit.proto.v1.CloseReason;
import dev.ambit.proto.v1.Session;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One command and its session: closing it ends the session, once, whoever asks first. Thread-safe.
final class Job implements AutoCloseable {
  private static final Duration STOP_MAX = Duration.ofSeconds(10);

  private final Shell shell;
  private final ControlPlane controlPlane;
  private final Session session;
  private final Duration patience;
  private volatile @Nullable Process process;
  private boolean ended;

  Job(Shell shell, ControlPlane controlPlane, Session session, Duration patience) {
    this.shell = shell;
    this.controlPlane = controlPlane;
    this.session = session;
    this.patience = patience;
  }

  /// The command is not there, or not executable.
  static final class NotStarted extends Exception {
    private static final long serialVersionUID = 1L;

    NotStarted(String sentence, Throwable cause) {
      super(sentence, cause);
    }
  }

  /// Runs the command with this program's stdin, stdout and stderr; returns its exit code.
  int run(List<String> command, Map<String, String> variables)
      throws NotStarted, InterruptedException {
    var builder = new ProcessBuilder(command).inheritIO();
    builder.environment().putAll(variables);
    builder.environment().put("AMBIT_SESSION", session.getId());
    try {
      var started = builder.start();
      process = started;
      return started.waitFor();
    } catch (IOException refused) {
      throw new NotStarted(
          "command: "
              + Text.line(command.getFirst())
              + " cannot be started (expected: a program on PATH)",
          refused);
    }
  }

  /// Asks the command to end, and insists after ten seconds.
  void stop() {
    var running = process;
    if (running == null) {
      return;
    }
    running.destroy();
    try {
      if (!running.waitFor(STOP_MAX.toSeconds(), TimeUnit.SECONDS)) {
        running.destroyForcibly();
      }
    } catch (InterruptedException _) {
      running.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /// Ends the session, waits for its receipt and says on stderr what stands in it. Never throws:
  /// the command's exit code goes on.
  @Override
  public synchronized void close() {
    if (ended) {
      return;
    }
    ended = true;
    try {
      var ending = new Ending(shell, controlPlane);
      var cut = ending.cut(session.getId(), CloseReason.CLOSE_REASON_COMPLETED, "");
      var closed = ending.untilClosed(cut, patience);
      var receipt = ReceiptFile.ofSession(closed.getId(), controlPlane).receipt();
      ReceiptView.summary(receipt).forEach(line -> shell.err().println("ambit: " + line));
      shell.err().println("ambit: receipt: ambit receipt show " + closed.getId());
    } catch (Failure failure) {
      shell.err().println("ambit: " + Text.line(failure.sentence()));
    } catch (StatusRuntimeException refused) {
      shell
          .err()
          .println(
              "ambit: session "
                  + session.getId()
                  + " could not be closed ("
                  + Text.line(refused.getStatus().toString())
                  + "); it ends by itself at its expiry, or with: ambit session close "
                  + session.getId());
    }
  }
}
