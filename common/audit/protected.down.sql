-- Back to an audit that is neither chained nor guarded by triggers; numbers and hashes stay.
DROP TRIGGER keep_audit ON audit_schema.audit;
DROP TRIGGER keep_whole_audit ON audit_schema.audit;
DROP FUNCTION audit_schema.keep_audit();
DROP TABLE audit_schema.audit_head;
DROP INDEX audit_schema.audit_actor, audit_schema.audit_action, audit_schema.audit_object,
    audit_schema.audit_at;
ALTER TABLE audit_schema.audit
    DROP CONSTRAINT audit_number_counts, DROP CONSTRAINT audit_number_has_hash;
GRANT SELECT, INSERT ON audit_schema.audit TO hazir_audit_schema;
