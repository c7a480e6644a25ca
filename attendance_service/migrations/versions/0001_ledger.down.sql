DROP TABLE attendance.audit, attendance.face_check, attendance.feed_head, attendance.event,
    attendance.in_flight, attendance.idempotency, attendance.record, attendance.subject_key, attendance.photo,
    attendance.punch_state, attendance.policy, attendance.place;
