DROP TABLE face.audit, face.template, face.consent, face.subject;
REVOKE USAGE ON SCHEMA face FROM hazir_face, hazir_sequencer;
