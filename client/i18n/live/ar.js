// العربية: الفحص الحي بالكاميرا.
export default {
  "live.asked": "سيُطلب منك:", "live.turn_left": "أدر رأسك إلى اليسار", "live.turn_right": "أدر رأسك إلى اليمين", "live.closer": "اقترب", "live.farther": "ابتعد", "live.begin": "أنا مستعد",
  "live.why": "يبيّن أن شخصًا حيًا أمام الكاميرا. ويستغرق نحو أربع ثوانٍ.", "live.left": "ابدأ خلال {wait}.", "live.straight": "انظر إلى الكاميرا مباشرة", "live.sent": "شكرًا",
  "live.frames": "{n} من {most} صور", "live.progress": "الصور الملتقطة", "live.alternative": "لا أستطيع إدارة رأسي",
  "live.other_way": "ألا يناسبك هذا؟ اطلب من مديرك طريقة أخرى لتسجيل حضورك، ولا يجوز أن يُحسب ذلك عليك.", "live.again": "ابدأ من جديد",
  "liveness.spoof_suspected": "بدت الصورة كأنها صورة أو شاشة لا شخص.", "liveness.too_close_to_judge": "كنت قريبًا جدًا من الكاميرا. ابتعد حتى يظهر أكثر من الوجه.",
  "liveness.too_few_frames": "كانت الصور قليلة.", "liveness.challenge_failed": "لم تُرَ الحركة المطلوبة.", "liveness.challenge_expired": "انتهى وقت الحركة.",
  "liveness.replayed": "سبق إرسال الصور نفسها.", "liveness.frames_identical": "لم يتحرك شيء في الصور.", "liveness.no_face": "لم يكن في إحدى الصور وجه. ابقَ أمام الكاميرا.",
  "liveness.several_faces": "كان أمام الكاميرا أكثر من شخص.",
  "err.challenge_expired": "انتهى الوقت.|ابدأ من جديد؛ ستُطلب منك حركة جديدة.",
};
