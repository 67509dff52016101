package dev.ambit.proxy.audit;

import dev.ambit.proxy.model.SessionImage;

/// Which sessions may have decisions that stand in no record: those that were there when a process
/// died, or when the spool had no room. Sessions that come later are whole. Confined to the loop.
final class Losses {
  private boolean any;
  private long epoch;
  private long version;

  /// @param inherited an earlier process died, or knew of losses itself: which sessions it served,
  ///   the first image tells
  Losses(boolean inherited) {
    this.any = inherited;
  }

  /// A decision was lost while this image was in force.
  void happened(SessionImage image) {
    any = true;
    epoch = image.epoch();
    version = image.version();
  }

  boolean any() {
    return any;
  }

  /// An image is in force. What was lost before the first one, or before the history began anew,
  /// may be of any session in it.
  void seen(SessionImage image) {
    if (any && epoch != image.epoch()) {
      happened(image);
    }
  }

  /// The newest version at which a session may have lost something; 0 when none has.
  long until() {
    return any ? version : 0;
  }
}
