// Türkçe: giriş tableti için PIN ve kart.
export default {
  "access.data": "Onaylar, kopya, kim baktı, silme",
  "pin.title": "Giriş tabletinde", "pin.text": "Numaranız ve bir PIN, girişteki tablette yüzünüz olmadan giriş yapmanızı sağlar.", "pin.pin": "PIN", "pin.set": "PIN var", "pin.none": "PIN yok",
  "pin.new": "Yeni PIN", "pin.hint": "4–8 rakam. 1234 ya da doğum günü olmasın.", "pin.weak": "Bu, herkesin ilk deneyeceklerinden. Başka seçin.", "pin.wrong": "PIN 4–8 rakamdan oluşur.",
  "pin.saved": "PIN kaydedildi", "pin.choose": "PIN seç", "pin.change": "PIN’i değiştir", "pin.give": "PIN ver", "pin.remove": "Kaldır", "pin.remove.ask": "PIN kaldırılsın mı?",
  "pin.remove.text": "Giriş tabletinde yalnızca yüz ya da kart kalır.", "pin.removed": "PIN kaldırıldı",
  "badge.title": "Kart", "badge.none": "Kart yok", "badge.ends": "Sonu: {hint}", "badge.yours": "Kartınız:", "badge.give": "Kart ver", "badge.change": "Başka kart", "badge.code": "Kartın kodu",
  "badge.hint": "İmleci buraya koyup kartı okuyucuya tutun ya da kodu yazın.", "badge.saved": "Kart kaydedildi", "badge.taken": "Bu kart başkasına ait.",
  "badge.wrong": "Kod 4–128 karakterdir.", "badge.remove.ask": "Kart kaldırılsın mı?", "badge.remove.text": "Artık hiçbir şey yapmaz.", "badge.removed": "Kart kaldırıldı",
};
