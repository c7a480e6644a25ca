DROP FUNCTION privacy_schema.overwrite_log(boolean);
DROP FUNCTION privacy_schema.rewrite_keys();
ALTER TABLE privacy_keys DROP COLUMN rewritten;
DROP TABLE privacy_schema.destroyed_key, privacy_schema.look;
DROP FUNCTION privacy_schema.keep_look();
