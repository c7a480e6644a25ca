// English: PIN and badge for the kiosk.
export default {
  "access.data": "Consents, a copy, who looked, erasing",
  "pin.title": "At the kiosk", "pin.text": "Your number and a PIN check you in at the tablet by the entrance, without your face.", "pin.pin": "PIN", "pin.set": "PIN set", "pin.none": "No PIN",
  "pin.new": "New PIN", "pin.hint": "4 to 8 digits. Not 1234, not your birthday.", "pin.weak": "This is among the first that anybody tries. Choose another.",
  "pin.wrong": "A PIN has 4 to 8 digits.", "pin.saved": "PIN saved", "pin.choose": "Choose a PIN", "pin.change": "Change PIN", "pin.give": "Give a PIN", "pin.remove": "Remove",
  "pin.remove.ask": "Remove the PIN?", "pin.remove.text": "At the kiosk only the face or a badge is left.", "pin.removed": "PIN removed",
  "badge.title": "Badge", "badge.none": "No badge", "badge.ends": "Ends in {hint}", "badge.yours": "Your badge:", "badge.give": "Give a badge", "badge.change": "Another badge",
  "badge.code": "Code of the badge", "badge.hint": "Put the cursor here and hold the badge to the reader, or type the code.", "badge.saved": "Badge saved",
  "badge.taken": "This badge belongs to somebody else.", "badge.wrong": "A code has 4 to 128 characters.", "badge.remove.ask": "Remove the badge?",
  "badge.remove.text": "It opens nothing any more.", "badge.removed": "Badge removed",
};
