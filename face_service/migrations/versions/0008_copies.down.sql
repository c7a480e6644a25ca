DROP INDEX face.audit_identified, face.job_person, face.job_school_number;
