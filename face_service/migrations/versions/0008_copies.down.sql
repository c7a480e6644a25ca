DROP INDEX face.audit_identified, face.job_person, face.job_school_number;
REVOKE UPDATE (photo) ON face.template FROM hazir_face;
