DROP TABLE face.seen, face.challenge;
