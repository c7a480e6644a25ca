DROP VIEW org.lessons;
DROP TABLE auth.spent_state, auth.lesson;
ALTER TABLE auth.person_role DROP COLUMN from_directory;
ALTER TABLE auth.person DROP CONSTRAINT person_directory_subject_key,
    DROP CONSTRAINT person_subject_of_directory, DROP COLUMN subject;
