DROP TABLE face.alarm;
DROP TRIGGER subject_changed ON face.subject;
DROP TRIGGER subject_gone ON face.subject;
DROP TRIGGER template_gone ON face.template;
DROP TRIGGER template_changed ON face.template;
DROP TRIGGER template_added ON face.template;
DROP FUNCTION face.subject_changed(), face.template_gone(), face.template_added();
DROP FUNCTION face.tell_galleries(bigint[]);
DROP TABLE face.gallery_change, face.gallery_head;
