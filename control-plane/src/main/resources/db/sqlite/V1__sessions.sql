-- Sessions, what they may spend, who serves them, and the order in which they changed.
-- Instants are milliseconds since 1970-01-01T00:00:00Z; '' stands for "none" where a text may be absent.

-- One row: the epoch that versions are counted in, and the longest lease ever granted in it.
CREATE TABLE history (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  epoch BIGINT NOT NULL,
  lease_max_ms BIGINT NOT NULL
);

CREATE TABLE session (
  id TEXT PRIMARY KEY,
  template TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('ACTIVE', 'SUSPENDED', 'CLOSING', 'CLOSED')),
  end_reason TEXT NOT NULL,
  end_detail TEXT NOT NULL,
  version BIGINT NOT NULL,
  envelope BLOB NOT NULL,
  digest TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL CHECK (expires_at <= latest_expiry),
  latest_expiry BIGINT NOT NULL,
  ended_at BIGINT,
  closed_at BIGINT,
  opener TEXT NOT NULL,
  workload TEXT NOT NULL,
  on_behalf_of TEXT NOT NULL,
  task_id TEXT NOT NULL,
  task_purpose TEXT NOT NULL,
  task_link TEXT NOT NULL,
  parameters TEXT NOT NULL,
  sharing TEXT NOT NULL CHECK (sharing IN ('EXCLUSIVE', 'BY_HANDLE')),
  idle_ms BIGINT NOT NULL,
  handle_digest TEXT NOT NULL,
  last_activity BIGINT NOT NULL,
  receipt BLOB,
  CHECK ((state = 'CLOSED') = (receipt IS NOT NULL))
);

CREATE INDEX session_by_workload ON session (workload, state);
CREATE INDEX session_by_state ON session (state);

-- The law behind the check in code: one exclusive session of a workload at a time.
CREATE UNIQUE INDEX session_exclusive ON session (workload)
  WHERE sharing = 'EXCLUSIVE' AND state IN ('ACTIVE', 'SUSPENDED');

-- A retry with the same key of the same caller finds its session here.
CREATE TABLE idempotency (
  caller TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  request_digest TEXT NOT NULL,
  session TEXT NOT NULL REFERENCES session (id),
  PRIMARY KEY (caller, idempotency_key)
);

-- Every change of a session, in commit order (there is one writer). A version is never used twice.
CREATE TABLE change (
  version INTEGER PRIMARY KEY AUTOINCREMENT,
  session TEXT NOT NULL REFERENCES session (id)
);

-- What may be spent and what is reserved of it; grant_name '' is the session's own budget.
CREATE TABLE budget (
  session TEXT NOT NULL REFERENCES session (id),
  grant_name TEXT NOT NULL,
  calls_max BIGINT NOT NULL,
  calls_reserved BIGINT NOT NULL CHECK (calls_reserved BETWEEN 0 AND calls_max),
  PRIMARY KEY (session, grant_name)
);

-- Reservations that took room, so that a repeated one gets the first answer; gone when the session is CLOSED.
CREATE TABLE reservation (
  id TEXT PRIMARY KEY,
  session TEXT NOT NULL REFERENCES session (id),
  grant_name TEXT NOT NULL,
  calls BIGINT NOT NULL,
  calls_left BIGINT NOT NULL,
  settled BIGINT NOT NULL
);

CREATE INDEX reservation_by_session ON reservation (session);

-- Proxies that attached. One of these may act on what it holds until its lease has ended.
CREATE TABLE proxy (
  workload TEXT NOT NULL,
  id TEXT NOT NULL,
  boot TEXT NOT NULL,
  last_heard BIGINT NOT NULL,
  lost BIGINT NOT NULL,
  PRIMARY KEY (workload, id)
);
