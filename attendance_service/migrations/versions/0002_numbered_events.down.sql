REVOKE SELECT ON attendance.event FROM hazir_sequencer;
GRANT SELECT (id, feed_seq) ON attendance.event TO hazir_sequencer;
