-- The decision trail, as it was chained where it was written, and the keys and checkpoints that hold it in place.
-- Instants are milliseconds since 1970-01-01T00:00:00Z.

-- One chain: who writes it, and how far it is durable here.
CREATE TABLE audit_chain (
  boot TEXT PRIMARY KEY,
  workload TEXT NOT NULL,
  proxy TEXT NOT NULL,
  seq BIGINT NOT NULL,
  hash BLOB NOT NULL,
  checkpointed BIGINT NOT NULL
);

CREATE INDEX audit_chain_moved ON audit_chain (boot) WHERE seq > checkpointed;

-- One record, byte for byte. `session` is null unless the writer speaks for that session's workload.
CREATE TABLE audit_record (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  boot TEXT NOT NULL REFERENCES audit_chain (boot),
  seq BIGINT NOT NULL,
  session TEXT,
  kind TEXT NOT NULL CHECK (kind IN ('permit', 'denial', 'completion', 'credential', 'other')),
  weight BIGINT NOT NULL,
  at BIGINT NOT NULL,
  record BLOB NOT NULL,
  hash BLOB NOT NULL,
  UNIQUE (boot, seq)
);

CREATE INDEX audit_record_by_session ON audit_record (session, id) WHERE session IS NOT NULL;

-- Signed statements over the chain heads that had moved, each naming the one before.
CREATE TABLE checkpoint (
  n INTEGER PRIMARY KEY,
  at BIGINT NOT NULL,
  digest TEXT NOT NULL,
  envelope BLOB NOT NULL
);

-- Public keys that signed, in the order in which they were first used.
CREATE TABLE signing_key (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  pem TEXT NOT NULL,
  first_used BIGINT NOT NULL
);
