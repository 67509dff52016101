package dev.ambit.proxy.listen;

import dev.ambit.proxy.decode.ConnectionPipeline;
import dev.ambit.proxy.decode.Decoding;
import io.netty.channel.socket.SocketChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How agents come in.
public enum Door {
  /// They were told about the proxy (`HTTPS_PROXY`).
  EXPLICIT {
    @Override
    void enter(SocketChannel agent, Decoding decoding) {
      ConnectionPipeline.accepted(agent.pipeline(), decoding);
    }
  },

  /// They know nothing: the kernel turned their connection here. One that it did not turn, because
  /// somebody dialled the door itself, is closed.
  CAUGHT {
    @Override
    void enter(SocketChannel agent, Decoding decoding) {
      var original = OriginalDestination.of(agent);
      if (original.isEmpty()) {
        LOG.atDebug().log("a connection that was not turned here was closed");
        var _ = agent.close();
        return;
      }
      ConnectionPipeline.caught(agent.pipeline(), decoding, original.get());
    }
  };

  private static final Logger LOG = LoggerFactory.getLogger(Door.class);

  abstract void enter(SocketChannel agent, Decoding decoding);
}
