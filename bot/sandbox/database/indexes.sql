-- Built after the rows, which is quicker.
CREATE INDEX idx_users_email ON users (email); -- the UNIQUE constraint already is this index
CREATE INDEX idx_users_user_type ON users (user_type);
CREATE INDEX idx_pitches_user_id ON pitches (user_id);
CREATE INDEX idx_pitches_user_status ON pitches (user_id, status);
CREATE INDEX idx_pitches_status ON pitches (status);
CREATE INDEX idx_pitches_genre ON pitches (genre);
CREATE INDEX idx_pitches_genre_copy ON pitches (genre);
CREATE INDEX idx_pitches_published ON pitches (published_at DESC) WHERE status = 'published';
CREATE INDEX idx_pitches_view_count ON pitches (view_count DESC);
CREATE INDEX idx_pitches_title_lower ON pitches (lower(title));
CREATE INDEX idx_investments_investor ON investments (investor_id);
CREATE INDEX idx_ndas_pitch ON ndas (pitch_id);
CREATE INDEX idx_ndas_signer ON ndas (signer_id);
CREATE INDEX idx_messages_receiver ON messages (receiver_id, created_at DESC);
CREATE INDEX idx_notifications_user ON notifications (user_id);
CREATE INDEX idx_notifications_user_read ON notifications (user_id, is_read);
CREATE INDEX idx_payments_user ON payments (user_id);
CREATE INDEX idx_user_sessions_user ON user_sessions (user_id);
CREATE INDEX idx_user_sessions_expires ON user_sessions (expires_at);
CREATE INDEX idx_pitch_views_pitch ON pitch_views (pitch_id);
CREATE INDEX idx_pitch_views_viewed ON pitch_views (viewed_at);
CREATE INDEX idx_analytics_events_created ON analytics_events (created_at);
CREATE INDEX idx_analytics_events_properties ON analytics_events USING gin (properties);
CREATE INDEX idx_error_logs_created ON error_logs (created_at);
CREATE INDEX idx_request_logs_created ON request_logs (created_at);
CREATE INDEX idx_security_events_created ON security_events (created_at);
