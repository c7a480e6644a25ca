// Digits as people type them: a Persian or Arabic keyboard writes its own numerals.
const ZEROS = [0x0660, 0x06f0];

export const asciiDigits = (text) =>
  text.replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => {
    const code = digit.charCodeAt(0);
    return String(code - ZEROS.findLast((zero) => zero <= code));
  });

/** The digits of a pasted "123 456" and the like, at most `most` of them. */
export const onlyDigits = (text, most) => asciiDigits(text).replace(/\D/g, "").slice(0, most);
