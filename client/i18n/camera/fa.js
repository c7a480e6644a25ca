// Persian: the camera.
export default {
  "camera.preview": "پیش‌نمایش دوربین",
  "camera.starting": "دوربین روشن می‌شود",
  "camera.file": "به‌جای آن، انتخاب عکس",
  "camera.shutter": "گرفتن عکس",
  "camera.shutter.in": "گرفتن عکس و ثبت ورود",
  "camera.shutter.out": "گرفتن عکس و ثبت خروج",
  "camera.hint.face": "به دوربین نگاه کنید؛ چهره درون بیضی باشد.",
  "camera.hint.photo": "عکس همراه ثبت نگه داشته می‌شود و تنها افراد مجاز آن را می‌بینند.",
};
