-- Sessions and proxies that belong to one pod: its UID as the API server knows it, '' for none.

ALTER TABLE session ADD COLUMN pod TEXT NOT NULL DEFAULT '';
ALTER TABLE proxy ADD COLUMN pod TEXT NOT NULL DEFAULT '';

-- The law behind the check in code: one exclusive session of a pod, or of a workload's pods together, at a time.
DROP INDEX session_exclusive;
CREATE UNIQUE INDEX session_exclusive ON session (workload, pod)
  WHERE sharing = 'EXCLUSIVE' AND state IN ('ACTIVE', 'SUSPENDED');

-- Sessions that a pod's annotation asked for; their receipts are told to the pod and its job.
CREATE TABLE pod_session (
  session TEXT PRIMARY KEY REFERENCES session (id),
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  uid TEXT NOT NULL,
  -- '' for a pod without a job
  job TEXT NOT NULL,
  -- 1: pod and job know of the receipt, or are gone
  told BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX pod_session_by_uid ON pod_session (uid);
CREATE INDEX pod_session_untold ON pod_session (told) WHERE told = 0;
