-- Why a session is suspended, or was when it ended, and what suspends it by itself.
-- Instants are milliseconds since 1970-01-01T00:00:00Z; '' stands for "none".
ALTER TABLE session ADD COLUMN suspend_reason TEXT NOT NULL DEFAULT ''
  CHECK (suspend_reason IN ('', 'REQUESTED', 'DENIALS', 'CONTEXT_CHANGED') AND (state <> 'SUSPENDED' OR suspend_reason <> ''));
ALTER TABLE session ADD COLUMN suspend_detail TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN suspended_at BIGINT NOT NULL DEFAULT 0;

-- A change of one of these keys of the context suspends it: names with a blank between them.
ALTER TABLE session ADD COLUMN suspend_on TEXT NOT NULL DEFAULT '';

-- So many denials within so long suspend it; 0: none do. Records up to denials_from count no more: an opener affirmed
-- the session after them.
ALTER TABLE session ADD COLUMN suspend_denials BIGINT NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN suspend_within_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN denials_from BIGINT NOT NULL DEFAULT 0;

-- 1: a denial that says something of the agent, not of a part that failed it.
ALTER TABLE audit_record ADD COLUMN counted BIGINT NOT NULL DEFAULT 0;
CREATE INDEX audit_record_counted ON audit_record (session, at) WHERE counted = 1;
