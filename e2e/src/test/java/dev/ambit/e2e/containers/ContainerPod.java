package dev.ambit.e2e.containers;

import dev.ambit.e2e.machine.Closing;
import dev.ambit.e2e.machine.Network;
import dev.ambit.e2e.machine.PodNetwork;
import java.io.Closeable;
import java.io.IOException;

/// A pod and the world outside of it, each a network that a container holds which does nothing, and
/// joined by one link.
///
/// @param inside holds the pod's network, for the containers of the pod
/// @param world holds the other end
/// @param network both, as the tests' own programs enter them
/// @param opened what is closed with it
record ContainerPod(Container inside, Container world, PodNetwork network, Closing opened)
    implements Closeable {
  /// Makes it, without a rule.
  ///
  /// @param base an image that has `sleep`
  static ContainerPod open(String base) throws IOException {
    var opened = new Closing();
    var whole = false;
    try {
      var inside = holder(base, opened);
      var world = holder(base, opened);
      var network =
          opened.add(
              PodNetwork.join(network(inside, PodNetwork.POD), network(world, PodNetwork.OUTSIDE)));
      whole = true;
      return new ContainerPod(inside, world, network, opened);
    } finally {
      if (!whole) {
        opened.close();
      }
    }
  }

  private static Container holder(String base, Closing opened) {
    var holder = new Container(base).idle().alone(PodNetwork.OUTSIDE);
    opened.add(holder::close);
    holder.start();
    return holder;
  }

  private static Network network(Container holder, String address) throws IOException {
    return Network.of(holder.process(), address, PodNetwork.OUTSIDE);
  }

  @Override
  public void close() throws IOException {
    opened.close();
  }
}
