ALTER TABLE face.template DROP COLUMN quality;
