// Türkçe: canlı pano.
export default {
  "board.title": "Canlı pano", "board.caption": "Kişiler, içeride veya dışarıda oldukları ve ne zamandan beri", "board.of": { one: "içeride, {n} kişiden", other: "içeride, {n} kişiden" },
  "board.who": "Kişi", "board.state": "Durum", "board.since": "Ne zamandan beri", "board.team": "Ekip", "board.place": "Yer", "board.never": "henüz kayıt yok",
  "board.show": "Göster", "board.show.all": "Tümü", "board.show.in": "İçeride", "board.show.out": "Dışarıda", "board.search": "Kişi bul", "board.teams.all": "Tüm ekipler",
  "board.empty": "Henüz gösterilecek kimse yok", "board.empty.text": "Size atanan kişiler burada görünür.", "board.no_match": "Eşleşen kimse yok", "board.no_match.text": "Süzgeci veya adı değiştirin.",
  "event.title": "Olanlar, anında", "event.empty": "Şimdilik sakin", "event.empty.text": "Her giriş, kaydedildiği anda burada görünür.", "event.person": "Kişi {id}",
  "event.made.in": "giriş yaptı", "event.made.out": "çıkış yaptı", "event.decided.in": "girişi karara bağlandı", "event.decided.out": "çıkışı karara bağlandı",
  "event.refused.in": "giriş yapmayı denedi", "event.refused.out": "çıkış yapmayı denedi", "event.voided": "kaydı geçersiz sayıldı",
};
