-- Credentials that were exchanged from another (`parent`), and standing keys, which outlive their session. SQLite changes no
-- CHECK in place: both tables are made anew with what they held.
CREATE TEMPORARY TABLE kept_credential AS SELECT * FROM credential;
CREATE TEMPORARY TABLE kept_probe AS SELECT * FROM credential_probe;
DROP TABLE credential_probe;
DROP TABLE credential;

-- fingerprint: tells whether the issuer gave this one before; null for a standing key, which is nobody's own.
-- parent: what it was exchanged from; grant_name '' is the session's own token, which others are exchanged from.
CREATE TABLE credential (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  session TEXT NOT NULL REFERENCES session (id),
  provider TEXT NOT NULL,
  provider_version TEXT NOT NULL REFERENCES provider_version (digest),
  grant_name TEXT NOT NULL,
  authority TEXT NOT NULL,
  workload TEXT NOT NULL,
  proxy TEXT NOT NULL,
  parent TEXT REFERENCES credential (id),
  state TEXT NOT NULL CHECK (state IN ('ISSUING', 'CHECKING', 'LIVE', 'RETIRED', 'SETTLED')),
  asked_at BIGINT NOT NULL,
  issued_at BIGINT,
  not_after BIGINT,
  dies_at BIGINT NOT NULL,
  granted TEXT NOT NULL,
  sealed BLOB,
  fingerprint TEXT UNIQUE,
  alive_at BIGINT,
  retire_at BIGINT,
  revoked_at BIGINT,
  revoke_attempts BIGINT NOT NULL,
  probe_attempts BIGINT NOT NULL,
  outcome TEXT CHECK (outcome IN ('DEAD_PROVEN', 'DEAD_BY_EXPIRY', 'OUTLIVES_SESSION')),
  outcome_at BIGINT,
  note TEXT NOT NULL,
  noted_at BIGINT NOT NULL,
  CHECK ((state = 'SETTLED') = (outcome IS NOT NULL)),
  CHECK ((outcome IS NULL) = (outcome_at IS NULL)),
  CHECK (state <> 'SETTLED' OR sealed IS NULL),
  CHECK (state NOT IN ('CHECKING', 'LIVE') OR sealed IS NOT NULL),
  CHECK (outcome <> 'DEAD_PROVEN' OR (alive_at IS NOT NULL AND revoked_at IS NOT NULL))
);

CREATE INDEX credential_by_session ON credential (session, n);
CREATE INDEX credential_unsettled ON credential (state) WHERE state <> 'SETTLED';
CREATE INDEX credential_by_parent ON credential (parent) WHERE parent IS NOT NULL;

CREATE TABLE credential_probe (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  credential TEXT NOT NULL REFERENCES credential (id),
  at BIGINT NOT NULL,
  answer TEXT NOT NULL CHECK (answer IN ('ALIVE', 'DEAD', 'UNKNOWN')),
  note TEXT NOT NULL
);

CREATE INDEX credential_probe_by_credential ON credential_probe (credential, id);

INSERT INTO credential (n, id, session, provider, provider_version, grant_name, authority, workload, proxy, state, asked_at,
    issued_at, not_after, dies_at, granted, sealed, fingerprint, alive_at, retire_at, revoked_at, revoke_attempts,
    probe_attempts, outcome, outcome_at, note, noted_at)
  SELECT n, id, session, provider, provider_version, grant_name, authority, workload, proxy, state, asked_at,
    issued_at, not_after, dies_at, granted, sealed, fingerprint, alive_at, retire_at, revoked_at, revoke_attempts,
    probe_attempts, outcome, outcome_at, note, noted_at FROM kept_credential;
INSERT INTO credential_probe (id, credential, at, answer, note) SELECT id, credential, at, answer, note FROM kept_probe;
DROP TABLE kept_credential;
DROP TABLE kept_probe;
