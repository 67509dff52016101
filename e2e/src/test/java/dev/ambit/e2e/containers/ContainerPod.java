package dev.ambit.e2e.containers;

import dev.ambit.dev.machine.Closing;
import dev.ambit.dev.machine.Network;
import dev.ambit.dev.machine.PodNetwork;
import dev.ambit.e2e.machine.Recorder;
import java.io.Closeable;
import java.io.IOException;

/// A pod and the world outside of it, each a network that a container holds which does nothing, and
/// joined by one link.
///
/// @param inside holds the pod's network, for the containers of the pod
/// @param world holds the other end
/// @param network both, as the tests' own programs enter them
/// @param recorder counts what comes out of the pod
/// @param opened what is closed with it
record ContainerPod(
    Container inside, Container world, PodNetwork network, Recorder recorder, Closing opened)
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
      var recorder = Recorder.open(network);
      whole = true;
      return new ContainerPod(inside, world, network, recorder, opened);
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
