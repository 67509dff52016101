package dev.ambit.control.credential;

/// What happens to the credentials of a proxy that was not heard for 30 s.
public interface Orphans {
  /// Revokes every credential that was issued to the proxy; its sessions stay as they are, and a
  /// proxy that comes back is issued new ones. Returns at once; what it started survives a restart.
  /// Called again for the same proxy after a restart.
  ///
  /// @param workload the SPIFFE ID it spoke for; a proxy id means nothing without it
  void proxyLost(String workload, String proxyId);
}
