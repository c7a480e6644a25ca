GRANT SELECT ON attendance.event TO hazir_sequencer;
