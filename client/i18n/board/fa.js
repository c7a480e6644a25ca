// فارسی: تابلوی زنده.
export default {
  "board.title": "تابلوی زنده", "board.caption": "افراد، حاضر یا بیرون، و از چه زمانی", "board.of": { one: "حاضر، از {n} نفر", other: "حاضر، از {n} نفر" },
  "board.who": "نام", "board.state": "وضعیت", "board.since": "از", "board.team": "گروه", "board.place": "محل", "board.never": "هنوز ثبتی نیست",
  "board.show": "نمایش", "board.show.all": "همه", "board.show.in": "حاضر", "board.show.out": "بیرون", "board.search": "جست‌وجوی نام", "board.teams.all": "همهٔ گروه‌ها",
  "board.empty": "هنوز کسی برای نمایش نیست", "board.empty.text": "افرادی که به شما سپرده شوند اینجا دیده می‌شوند.", "board.no_match": "کسی پیدا نشد", "board.no_match.text": "پالایه یا نام را تغییر دهید.",
  "event.title": "همین حالا", "event.empty": "فعلاً آرام است", "event.empty.text": "هر ورود، همان دم که ثبت شود اینجا دیده می‌شود.", "event.person": "شخص {id}",
  "event.made.in": "وارد شد", "event.made.out": "خارج شد", "event.decided.in": "دربارهٔ ورودش تصمیم گرفته شد", "event.decided.out": "دربارهٔ خروجش تصمیم گرفته شد",
  "event.refused.in": "برای ورود تلاش کرد", "event.refused.out": "برای خروج تلاش کرد", "event.voided": "ثبتش باطل شد",
};
