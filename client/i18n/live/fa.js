// فارسی: بررسی زندهٔ دوربین.
export default {
  "live.asked": "از شما خواسته می‌شود:", "live.turn_left": "سرتان را به چپ بگردانید", "live.turn_right": "سرتان را به راست بگردانید", "live.closer": "نزدیک‌تر بیایید",
  "live.farther": "عقب بروید", "live.begin": "آماده‌ام", "live.why": "نشان می‌دهد که آدمی زنده روبه‌روی دوربین است. نزدیک چهار ثانیه طول می‌کشد.", "live.left": "تا {wait} دیگر آغاز کنید.",
  "live.straight": "راست به دوربین نگاه کنید", "live.sent": "سپاس", "live.frames": "{n} از {most} تصویر", "live.progress": "تصویرهای گرفته‌شده", "live.alternative": "نمی‌توانم سرم را بگردانم",
  "live.other_way": "این برایتان شدنی نیست؟ از مدیرتان راه دیگری برای ثبت ورود بخواهید؛ نباید به زیان شما باشد.", "live.again": "آغاز دوباره",
  "liveness.spoof_suspected": "تصویر بیشتر به عکس یا صفحه‌نمایش می‌مانست تا به آدم.", "liveness.too_close_to_judge": "خیلی به دوربین نزدیک بودید. عقب‌تر بروید تا بیش از چهره دیده شود.",
  "liveness.too_few_frames": "تصویرها کم بود.", "liveness.challenge_failed": "حرکتی که خواسته شد دیده نشد.", "liveness.challenge_expired": "زمان آن حرکت گذشته بود.",
  "liveness.replayed": "همین تصویرها پیش‌تر فرستاده شده بود.", "liveness.frames_identical": "در تصویرها هیچ چیز تکان نخورد.",
  "liveness.no_face": "در یکی از تصویرها چهره‌ای نبود. جلوی دوربین بمانید.", "liveness.several_faces": "بیش از یک نفر جلوی دوربین بود.",
  "err.challenge_expired": "زمان آن گذشت.|دوباره آغاز کنید؛ حرکت تازه‌ای خواسته می‌شود.",
};
