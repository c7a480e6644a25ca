UPDATE attendance.policy SET evidence = array_remove(evidence, 'liveness')
WHERE 'liveness' = ANY (evidence);
ALTER TABLE attendance.policy DROP CONSTRAINT policy_evidence_check;
ALTER TABLE attendance.policy ADD CONSTRAINT policy_evidence_check
    CHECK (evidence <@ ARRAY['photo', 'face']);
