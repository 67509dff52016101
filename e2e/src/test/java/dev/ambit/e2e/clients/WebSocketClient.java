package dev.ambit.e2e.clients;

import dev.ambit.dev.machine.User;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// An unmodified client of WebSockets as an agent.
public enum WebSocketClient {
  WEBSOCKETS {
    @Override
    List<String> start() throws IOException, InterruptedException {
      return Tools.python("with_websockets.py");
    }
  },
  AIOHTTP {
    @Override
    List<String> start() throws IOException, InterruptedException {
      return Tools.python("with_aiohttp_socket.py");
    }
  },
  NODE {
    @Override
    List<String> start() throws IOException, InterruptedException {
      return Tools.node("node-24", "with_websocket.js");
    }
  };

  /// Looked up when it is needed: the first time, tools are fetched.
  abstract List<String> start() throws IOException, InterruptedException;

  /// Opens one, says so many messages, each when the answer to the one before is there, and then
  /// one of so many bytes; returns what it heard last. Throws IOException with the client's own
  /// words when it was not opened.
  public String talk(User agent, String url, int messages, int bytes)
      throws IOException, InterruptedException {
    var words = started("talk", url, Integer.toString(messages), Integer.toString(bytes));
    var ran = agent.run(words);
    if (ran.exit() != 0) {
      throw new IOException(this + ": exit code " + ran.exit() + ": " + ran.err());
    }
    return ran.out().strip();
  }

  /// The words that open one, print each message, and at last why it was closed.
  public List<String> listen(String url) throws IOException, InterruptedException {
    return started("listen", url);
  }

  private List<String> started(String... words) throws IOException, InterruptedException {
    var all = new ArrayList<>(start());
    all.addAll(List.of(words));
    return all;
  }
}
