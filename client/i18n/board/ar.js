// العربية: اللوحة الحية.
export default {
  "board.title": "اللوحة الحية", "board.caption": "الأشخاص، أحاضرون هم أم خارج، ومنذ متى",
  "board.of": { zero: "حاضر، من {n}", one: "حاضر، من شخص واحد", two: "حاضر، من شخصين", few: "حاضر، من {n} أشخاص", many: "حاضر، من {n} شخصًا", other: "حاضر، من {n} شخص" },
  "board.who": "الشخص", "board.state": "الحالة", "board.since": "منذ", "board.team": "الفريق", "board.place": "المكان", "board.never": "لا سجلّ بعد",
  "board.show": "عرض", "board.show.all": "الكل", "board.show.in": "حاضر", "board.show.out": "خارج", "board.search": "ابحث عن شخص", "board.teams.all": "كل الفرق",
  "board.empty": "لا أحد لعرضه بعد", "board.empty.text": "يظهر الأشخاص هنا حين يُسندون إليك.", "board.no_match": "لا أحد يطابق", "board.no_match.text": "غيّر التصفية أو الاسم.",
  "event.title": "لحظة بلحظة", "event.empty": "هدوء حتى الآن", "event.empty.text": "يظهر كل حضور هنا لحظة تسجيله.", "event.person": "الشخص {id}",
  "event.made.in": "سجّل حضورًا", "event.made.out": "سجّل انصرافًا", "event.decided.in": "بُتّ في حضوره", "event.decided.out": "بُتّ في انصرافه",
  "event.refused.in": "حاول تسجيل الحضور", "event.refused.out": "حاول تسجيل الانصراف", "event.voided": "أُلغي سجلّه",
};
