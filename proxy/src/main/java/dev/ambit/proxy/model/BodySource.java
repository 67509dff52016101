package dev.ambit.proxy.model;

import java.util.concurrent.CompletionStage;

/// Where the body of a call can be had whole, before anything of it is sent.
public interface BodySource {
  /// The body, or a denial: it is larger, or never came whole. Called at most once, on the loop of
  /// the call, and answers there.
  CompletionStage<Outcome<byte[]>> whole(int bytesMax);
}
