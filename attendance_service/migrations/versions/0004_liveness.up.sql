-- A place may ask that the person is there, and not a picture of them: of a face, so with a face.
ALTER TABLE attendance.policy DROP CONSTRAINT policy_evidence_check;
ALTER TABLE attendance.policy ADD CONSTRAINT policy_evidence_check CHECK (
    evidence <@ ARRAY['photo', 'face', 'liveness']
    AND ('face' = ANY (evidence) OR NOT 'liveness' = ANY (evidence))
);
