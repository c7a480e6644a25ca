// Türkçe: canlı kamera denetimi.
export default {
  "live.asked": "Sizden istenecek olan:", "live.turn_left": "Başınızı sola çevirin", "live.turn_right": "Başınızı sağa çevirin", "live.closer": "Yaklaşın", "live.farther": "Geri gidin",
  "live.begin": "Hazırım", "live.why": "Kameranın önünde canlı bir kişi olduğunu gösterir. Yaklaşık dört saniye sürer.", "live.left": "{wait} içinde başlayın.",
  "live.straight": "Doğrudan kameraya bakın", "live.sent": "Teşekkürler", "live.frames": "{n} / {most} kare", "live.progress": "Çekilen kareler", "live.alternative": "Başımı çeviremiyorum",
  "live.other_way": "Bu size uymuyor mu? Yöneticinizden başka bir giriş yolu isteyin; bu size karşı kullanılamaz.", "live.again": "Yeniden başla",
  "liveness.spoof_suspected": "Görüntü bir kişiden çok bir fotoğrafa ya da ekrana benziyordu.", "liveness.too_close_to_judge": "Kameraya çok yakındınız. Geri çekilin; yüzden fazlası görünsün.",
  "liveness.too_few_frames": "Yeterli kare yoktu.", "liveness.challenge_failed": "İstenen hareket görülmedi.", "liveness.challenge_expired": "Hareket için süre dolmuştu.",
  "liveness.replayed": "Aynı görüntüler daha önce gönderilmişti.", "liveness.frames_identical": "Görüntülerde hiçbir şey kıpırdamadı.",
  "liveness.no_face": "Bir karede yüz yoktu. Kameranın önünde kalın.", "liveness.several_faces": "Kameranın önünde birden çok kişi vardı.",
  "err.challenge_expired": "Bunun süresi doldu.|Yeniden başlayın; yeni bir hareket istenecek.",
};
