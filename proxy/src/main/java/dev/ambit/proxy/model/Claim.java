package dev.ambit.proxy.model;

/// Something taken for one call that must be given back. Releasing twice does no harm.
public interface Claim {
  void release();
}
