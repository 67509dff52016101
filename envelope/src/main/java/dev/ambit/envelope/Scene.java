package dev.ambit.envelope;

/// What a condition is asked about: one call on one target, by the session of one envelope.
record Scene(Envelope envelope, Call call, Target target) {}
