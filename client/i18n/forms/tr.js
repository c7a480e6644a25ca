// Türkçe: form ve liste sözcükleri.
export default {
  "cancel": "Vazgeç", "save": "Kaydet", "saved": "Kaydedildi", "next": "İleri", "more": "Daha fazla göster", "optional": "İsteğe bağlı", "yes": "evet", "no": "hayır", "actions": "İşlemler", "reason": "Gerekçe", "reason.hint": "Kararla birlikte saklanır. İsteğe bağlı.",
};
