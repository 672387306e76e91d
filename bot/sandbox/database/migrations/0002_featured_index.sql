-- no-transaction
CREATE INDEX CONCURRENTLY idx_pitches_featured ON pitches (featured_until DESC) WHERE featured_until IS NOT NULL;
CREATE INDEX CONCURRENTLY idx_featured_history_pitch ON featured_history (pitch_id);
