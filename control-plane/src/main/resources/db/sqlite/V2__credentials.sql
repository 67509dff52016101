-- Credentials from the moment before the issuer is asked until their death is settled, and what their closure knows.
-- Instants are milliseconds since 1970-01-01T00:00:00Z.

-- A provider as it was configured when it issued: what must be revoked later is revoked there, whatever the resources say
-- by then.
CREATE TABLE provider_version (
  digest TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  spec TEXT NOT NULL
);

-- ISSUING: the issuer is being asked. CHECKING: it answered, the positive control is out. LIVE: in use.
-- RETIRED: used no more, to be revoked and proven dead. SETTLED: it has its outcome and no sealed copy.
-- n: the order in which they were asked for. fingerprint: tells whether the issuer gave this one before.
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
  outcome TEXT CHECK (outcome IN ('DEAD_PROVEN', 'DEAD_BY_EXPIRY')),
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

-- Answers of issuers: the first ALIVE and the last ones.
CREATE TABLE credential_probe (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  credential TEXT NOT NULL REFERENCES credential (id),
  at BIGINT NOT NULL,
  answer TEXT NOT NULL CHECK (answer IN ('ALIVE', 'DEAD', 'UNKNOWN')),
  note TEXT NOT NULL
);

CREATE INDEX credential_probe_by_credential ON credential_probe (credential, id);

-- Which proxies are known to have stopped, and how; a row here even when there was none.
CREATE TABLE session_cut (
  session TEXT PRIMARY KEY REFERENCES session (id),
  at BIGINT NOT NULL
);

CREATE TABLE session_cut_proxy (
  session TEXT NOT NULL REFERENCES session_cut (session),
  proxy TEXT NOT NULL,
  acknowledged BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (session, proxy)
);

-- Every envelope a session ever had, by digest, with the version that put it in force: receipts name them all.
CREATE TABLE session_envelope (
  session TEXT NOT NULL REFERENCES session (id),
  digest TEXT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (session, digest)
);

-- A version is given to a session in the transaction that changed it, after the change (Changes.append).
CREATE TRIGGER session_envelope_kept AFTER UPDATE OF version ON session
BEGIN
  INSERT INTO session_envelope (session, digest, version) VALUES (NEW.id, NEW.digest, NEW.version)
    ON CONFLICT DO NOTHING;
END;
