-- What an enrolment measured of a photo: score, size, sharpness, brightness, contrast, yaw, pitch,
-- roll. Photos enrolled before have none.
ALTER TABLE face.template ADD COLUMN quality jsonb;
