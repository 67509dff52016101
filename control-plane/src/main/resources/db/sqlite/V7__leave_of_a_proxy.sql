-- What a proxy said when it took leave; null before that, and again once it has come back.
-- Instants are milliseconds since 1970-01-01T00:00:00Z.

ALTER TABLE proxy ADD COLUMN detached_at BIGINT;
-- The last of its audit chains, and the place in it up to which they hold every decision.
ALTER TABLE proxy ADD COLUMN detached_chain TEXT;
ALTER TABLE proxy ADD COLUMN detached_seq BIGINT;
-- Sessions whose first version is not greater may have decisions in no record.
ALTER TABLE proxy ADD COLUMN detached_lost_until BIGINT;
