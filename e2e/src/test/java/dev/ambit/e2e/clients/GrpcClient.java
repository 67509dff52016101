package dev.ambit.e2e.clients;

import dev.ambit.e2e.set.Ran;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// An unmodified client of gRPC as an agent, pointed at the proxy by its variables alone.
public enum GrpcClient {
  GRPCIO {
    @Override
    List<String> start() throws IOException, InterruptedException {
      return Tools.python("with_grpcio.py");
    }
  },
  GRPC_JAVA {
    @Override
    List<String> start() {
      return Tools.java(GrpcMain.class);
    }
  };

  /// Looked up when it is needed: the first time, tools are fetched.
  abstract List<String> start() throws IOException, InterruptedException;

  /// One unary call: the code of its status, and the answer or the status's message.
  public String ask(Map<String, String> variables, String target, String method, String message)
      throws IOException, InterruptedException {
    return run(variables, "ask", target, method, message);
  }

  /// One call in which each of so many messages waits for the answer to the one before.
  public String talk(Map<String, String> variables, String target, String method, int messages)
      throws IOException, InterruptedException {
    return run(variables, "talk", target, method, Integer.toString(messages));
  }

  private String run(Map<String, String> variables, String... words)
      throws IOException, InterruptedException {
    var all = new ArrayList<>(start());
    all.addAll(List.of(words));
    var ran = Ran.run(variables, all.toArray(String[]::new));
    if (ran.exit() != 0) {
      throw new IOException(this + ": exit code " + ran.exit() + ": " + ran.err());
    }
    return ran.out().strip();
  }
}
