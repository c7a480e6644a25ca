// Keys by the letter that is printed on them. No DOM.
/** The letter of a key: where the keyboard writes no Latin letters, by its place. */
export const letterOf = ({ key, code = "" }) => (/^[\x20-\x7e]$/.test(key) ? key : /^Key[A-Z]$/.test(code) ? code.slice(3) : key).toLowerCase();
