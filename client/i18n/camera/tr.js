// Turkish: the camera.
export default {
  "camera.preview": "Kamera önizlemesi",
  "camera.starting": "Kamera açılıyor",
  "camera.file": "Bunun yerine fotoğraf seç",
  "camera.shutter": "Fotoğraf çek",
  "camera.shutter.in": "Fotoğraf çek ve giriş yap",
  "camera.shutter.out": "Fotoğraf çek ve çıkış yap",
  "camera.hint.face": "Kameraya bakın; yüzünüz ovalin içinde olsun.",
  "camera.hint.photo": "Fotoğraf kayıtla birlikte saklanır. Yalnızca yetkili kişiler görebilir.",
};
