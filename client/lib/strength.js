// A hint while somebody chooses a password. The service decides; this only encourages length.
export const SHORTEST = 8;
const RUNS = ["abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "01234567890"];
const WORDS = ["password", "passwort", "parola", "hazir"];

/** 0 too short, 1 weak, 2 fair, 3 good. `name` is the username, which adds nothing to a password. */
export function strength(password, name = "") {
  if ([...password].length < SHORTEST) return 0;
  let text = password.toLowerCase();
  for (const word of [...WORDS, name.toLowerCase()]) text = word ? text.replaceAll(word, "") : text;
  for (const run of RUNS) text = text.replaceAll(longestShared(text, run), "");
  const distinct = new Set(text).size;
  const weight = Math.min([...text].length, distinct * 2);
  if (weight < 8) return 1;
  return weight < 14 ? 2 : 3;
}

// The longest part of a keyboard run, forwards, found in the text; three keys or fewer are chance.
function longestShared(text, run) {
  for (let length = run.length; length > 3; length -= 1) {
    for (let from = 0; from + length <= run.length; from += 1) {
      const part = run.slice(from, from + length);
      if (text.includes(part)) return part;
    }
  }
  return "\0";
}
