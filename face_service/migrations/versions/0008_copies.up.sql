-- A copy of one's own data has what was identified as oneself, and one's jobs: both are found by these.
CREATE INDEX audit_identified ON face.audit (((after ->> 'employee_id')::bigint), id)
    WHERE action = 'identify_face';
CREATE INDEX job_person ON face.job (employee_id, id) WHERE employee_id IS NOT NULL;
CREATE INDEX job_school_number ON face.job (school_number, id) WHERE school_number IS NOT NULL;

-- What is left when one photo is erased is sealed anew with another key.
GRANT UPDATE (photo) ON face.template TO hazir_face;
