-- :name note
INSERT INTO face.audit (actor, action, object, before, after, request_id)
VALUES (%(actor)s, %(action)s, %(object)s, %(before)s, %(after)s, %(request_id)s);
