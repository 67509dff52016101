-- What is known of the records that belong before the end of a session.
-- Instants are milliseconds since 1970-01-01T00:00:00Z.

-- 1: every decision of this proxy on the session is in the store.
ALTER TABLE session_cut_proxy ADD COLUMN recorded BIGINT NOT NULL DEFAULT 0;
-- When the records were all there, or not waited for any more; null before that.
ALTER TABLE session_cut ADD COLUMN recorded_at BIGINT;
-- When it attached first: who came after the end of a session never served it.
ALTER TABLE proxy ADD COLUMN first_heard BIGINT NOT NULL DEFAULT 0;

-- When its stream ended; null while it has one, or when nobody was there to see the end. What happens after it, it was
-- never told.
ALTER TABLE proxy ADD COLUMN gone_at BIGINT;
