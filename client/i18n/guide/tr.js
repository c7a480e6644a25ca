// Türkçe: kameranın görmesi gereken ve yüz fotoğrafında yanlış olan.
export default {
  "guide.starting": "Bir dakika…", "guide.good": "Güzel. Kıpırdamayın.", "guide.off": "Şu an ipucu yok. Devam edebilirsiniz.", "guide.no_face": "Kameraya bakın",
  "guide.several_faces": "Kadrajda tek kişi olsun", "guide.too_small": "Yaklaşın", "guide.too_near": "Biraz geri gidin", "guide.unclear_face": "Yüzünüzün tamamını gösterin",
  "guide.blurred": "Kıpırdamayın", "guide.too_dark": "Yüzünüze daha çok ışık", "guide.too_bright": "Yüzünüze daha az ışık", "guide.turned_away": "Karşıya bakın",
  "guide.tilted": "Başınızı dik tutun", "guide.cut_off": "Ortaya gelin",
  "err.too_near": "Yüz çok yakın.|Biraz geri gidip yeni bir fotoğraf çekin.",
  "err.unclear_face": "Yüz iyi seçilmiyor.|Maske, el ya da koyu gözlük olmadan yüzünüzün tamamını gösterin.",
  "err.different_people": "Bu fotoğraflar farklı kişileri gösteriyor.|Hepsini yalnızca kendinizden çekin.",
  "err.blurred": "Fotoğraf bulanık.|Kıpırdamayın, merceği silin ve yenisini çekin.",
  "err.too_dark": "Çok karanlık.|Pencereye ya da lambaya dönüp yenisini çekin.",
  "err.too_bright": "Çok parlak.|Doğrudan ışıktan çıkıp yenisini çekin.",
  "err.turned_away": "Yüz yana dönük.|Doğrudan kameraya bakıp yenisini çekin.",
  "err.tilted": "Baş eğik.|Dik tutup yenisini çekin.",
  "err.cut_off": "Yüzün bir bölümü kadrajın dışında.|Ortaya gelip yenisini çekin.",
};
