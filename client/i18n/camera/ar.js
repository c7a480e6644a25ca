// Arabic: the camera.
export default {
  "camera.preview": "معاينة الكاميرا",
  "camera.starting": "جارٍ تشغيل الكاميرا",
  "camera.file": "اختيار صورة بدلًا من ذلك",
  "camera.shutter": "التقاط صورة",
  "camera.shutter.in": "التقط الصورة وسجّل الحضور",
  "camera.shutter.out": "التقط الصورة وسجّل الانصراف",
  "camera.hint.face": "انظر إلى الكاميرا واجعل وجهك داخل الشكل البيضوي.",
  "camera.hint.photo": "تُحفظ الصورة مع السجلّ، ولا يراها إلا المخوَّلون.",
};
