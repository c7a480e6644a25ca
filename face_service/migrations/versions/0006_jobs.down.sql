DROP TABLE face.delivery, face.job_picture, face.job;
DROP FUNCTION face.queue;
DO $$
DECLARE
    found text;
BEGIN
    DROP TABLE face.procrastinate_events, face.procrastinate_periodic_defers,
        face.procrastinate_jobs, face.procrastinate_workers CASCADE;
    FOR found IN
        SELECT p.oid::regprocedure::text FROM pg_proc p
        WHERE p.pronamespace = 'face'::regnamespace AND p.proname LIKE 'procrastinate\_%'
    LOOP
        EXECUTE format('DROP FUNCTION %s CASCADE', found);
    END LOOP;
    DROP TYPE face.procrastinate_job_to_defer_v1, face.procrastinate_job_status,
        face.procrastinate_job_event_type;
END $$;
