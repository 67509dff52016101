package dev.ambit.control.closure;

/// What proxies have said of their audit records. Implemented by `publish`.
public interface RecordWords {
  /// What one proxy has said of the decisions that came before `version`. Returns at once.
  Word of(String workload, String proxyId, long version);

  /// What is known of them.
  sealed interface Word {
    /// They have all arrived once the chain of this boot has come to `seq`.
    ///
    /// @param lostUntil of sessions whose first version is not greater, some may stand in no record
    record Said(String boot, long seq, long lostUntil) implements Word {}

    /// Nothing yet; it has a stream and will say so.
    record Expected() implements Word {}

    /// Nothing, and it has no stream. It may come back.
    record Away() implements Word {}

    /// It will never say: its version knows of no such thing.
    record Never() implements Word {}
  }
}
