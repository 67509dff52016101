package dev.ambit.proxy.control;

import dev.ambit.proxy.model.SessionImage;
import java.util.List;

/// What became of a message of the control plane.
sealed interface Reading {
  /// The next image.
  ///
  /// @param alarms sessions of the message that were refused, each with why
  record Next(SessionImage image, List<String> alarms) implements Reading {
    public Next {
      alarms = List.copyOf(alarms);
    }
  }

  /// The message contradicts what came before: the stream is ended and opened anew.
  record Broken(String why) implements Reading {}
}
