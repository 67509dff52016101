package dev.ambit.e2e.clients;

import dev.ambit.dev.machine.User;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// An unmodified client of gRPC as an agent, with what its variables tell it alone.
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
  public String ask(User agent, String target, String method, String message)
      throws IOException, InterruptedException {
    return run(agent, "ask", target, method, message);
  }

  /// One call in which each of so many messages waits for the answer to the one before.
  public String talk(User agent, String target, String method, int messages)
      throws IOException, InterruptedException {
    return run(agent, "talk", target, method, Integer.toString(messages));
  }

  private String run(User agent, String... words) throws IOException, InterruptedException {
    var all = new ArrayList<>(start());
    all.addAll(List.of(words));
    var ran = agent.run(all);
    if (ran.exit() != 0) {
      throw new IOException(this + ": exit code " + ran.exit() + ": " + ran.err());
    }
    return ran.out().strip();
  }
}
