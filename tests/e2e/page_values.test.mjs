// The pure parts of the page: reading user agents, digits, passwords, tables, differences. No browser.
import assert from "node:assert/strict";
import { test } from "node:test";

const lib = (name) => import(`../../client/lib/${name}.js`);

test("a user agent is read as a browser and a system, and never guessed beyond that", async () => {
  const { readAgent } = await lib("agent");
  const chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0";
  for (const [agent, browser, system, kind] of [
    [`Mozilla/5.0 (X11; Linux x86_64) ${chrome} Safari/537.36`, "Chrome", "Linux", "computer"],
    [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome} Safari/537.36 Edg/130.0`, "Edge", "Windows", "computer"],
    [`Mozilla/5.0 (Linux; Android 14; SM-S911B) ${chrome} Mobile Safari/537.36`, "Chrome", "Android", "phone"],
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1", "Safari", "iPhone", "phone"],
    ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox", "macOS", "computer"],
    ["curl/8.14.1", "curl", null, "program"],
    ["", null, null, "program"],
    ["something else", null, null, "program"],
  ]) {
    assert.deepEqual(readAgent(agent), { browser, system, kind }, agent);
  }
});

test("digits of every keyboard become ASCII; what is no digit goes", async () => {
  const { asciiDigits, onlyDigits } = await lib("digits");
  assert.equal(asciiDigits("۰۹ ٠٩ 09 a"), "09 09 09 a");
  assert.equal(onlyDigits(" ۱۲۳-٤٥٦ 78", 6), "123456");
});

test("a password's hint rewards length, not signs", async () => {
  const { strength } = await lib("strength");
  for (const [password, level] of [["short", 0], ["aaaaaaaaaaaa", 1], ["password1234", 1], ["qwertyuiop12", 1], ["demo_staff_1", 1], ["river stone", 2], ["three long words", 3], ["گذرواژهٔ بلند من", 3]]) {
    assert.equal(strength(password, "demo_staff_1"), level, password);
  }
});

test("a table is written so that a spreadsheet runs nothing of it", async () => {
  const { toCsv } = await lib("csv");
  const rows = [["=1+1", "+90", "-x", "@a", "\tb"], ['say "hi"', "a,b", "two\nlines", null, 0]];
  assert.equal(toCsv(rows), "'=1+1,'+90,'-x,'@a,'\tb\r\n\"say \"\"hi\"\"\",\"a,b\",\"two\nlines\",,0\r\n");
});

test("what a decision changed, also inside what it changed; secrets stay out of sight", async () => {
  const { differences, objectOf, readable } = await lib("audit");
  const before = { name: "Gate", policy: { evidence: ["photo"], mode: "strict" }, zone: "UTC", gone: 1 };
  const after = { name: "Gate", policy: { evidence: ["photo", "face"], mode: "strict" }, zone: "Asia/Tehran", fresh: true };
  assert.deepEqual(differences(before, after), [
    { path: "policy.evidence", from: ["photo"], to: ["photo", "face"] },
    { path: "zone", from: "UTC", to: "Asia/Tehran" },
    { path: "gone", from: 1, to: undefined },
    { path: "fresh", from: undefined, to: true },
  ]);
  assert.deepEqual(differences(null, null), []);
  assert.equal(readable("roles", ["a", "b"]), "a, b");
  assert.equal(readable("roles", []), null);
  assert.equal(readable("password", "changed"), "•••");
  assert.equal(readable("locked", false), "false");
  assert.deepEqual(objectOf("person:12"), { kind: "person", id: "12" });
});

test("an invitation is open until revoked, over, or used up", async () => {
  const { invitationState } = await lib("invitation");
  const now = Date.parse("2026-11-21T12:00:00Z");
  const one = { expires_at: "2026-11-22T12:00:00Z", uses: 2, used: 1, revoked_at: null };
  assert.equal(invitationState(one, now), "open");
  assert.equal(invitationState({ ...one, used: 2 }, now), "used");
  assert.equal(invitationState({ ...one, expires_at: "2026-11-21T12:00:00Z" }, now), "expired");
  assert.equal(invitationState({ ...one, used: 2, revoked_at: "2026-11-20T12:00:00Z" }, now), "revoked");
});

test("a badge reader's burst is told from a hand, whatever stood before it", async () => {
  const { Burst } = await lib("wedge");
  const burst = new Burst();
  const type = (text, from, every) => [...text].map((key, i) => burst.press(key, from + i * every)) && burst.press("Enter", from + text.length * every);
  assert.equal(type("CARD-0001", 1000, 4), "CARD-0001");
  assert.equal(type("1234", 3000, 120), null, "a hand");
  assert.equal(type("12", 5000, 4), null, "too short for a badge");
  for (const [i, key] of ["7", "Shift", "3"].entries()) burst.press(key, 6000 + i * 200);
  assert.equal(type("AB12CD", 8000, 8), "AB12CD", "what a hand typed before does not count");
});

test("motion is a part of the picture that changes, not the noise of the camera", async () => {
  const { difference } = await lib("motion");
  const still = new Uint8ClampedArray(400).fill(100);
  const noisy = still.map((value, i) => value + (i % 3) * 5);
  const moved = still.map((value, i) => (i < 100 ? 200 : value));
  assert.equal(difference(still, noisy), 0);
  assert.equal(difference(still, moved), 0.25);
});

test("two pictures are enlarged so that their faces are equally large and in the middle, as far as the pictures go", async () => {
  const { scales, middle, largestFace } = await lib("zoom");
  const frame = { width: 400, height: 300 };
  const near = { width: 800, height: 600, face: { x: 300, y: 200, width: 160, height: 200 } };
  const far = { width: 1600, height: 1200, face: { x: 100, y: 60, width: 160, height: 200 } };
  const blank = { width: 300, height: 600, face: null };
  assert.deepEqual(scales([near, far], frame, 1), [0.5, 0.25], "at first each is seen whole");
  const [a, b] = scales([near, far], frame, 2);
  assert.deepEqual([a * near.face.height, b * far.face.height], [200, 200]);
  assert.deepEqual(middle(near, a, frame), { left: 380 * a - 200, top: 300 * a - 150 });
  assert.deepEqual(middle(far, b, frame), { left: 0, top: 160 * b - 150 }, "not beyond the edge");
  assert.deepEqual(scales([near, blank], frame, 3), [1.5, 1.5]);
  assert.deepEqual(scales([near, null], frame, 2), [1, null]);
  assert.deepEqual(scales([blank, null], frame, 2), [1, null]);
  assert.deepEqual(middle(blank, 2, frame), { left: 100, top: 270 });
  const tiny = { ...far, face: { x: 0, y: 0, width: 4, height: 4 } };
  assert.deepEqual(scales([near, tiny], frame, 2), [1, 2], "a speck is not blown up for ever");
  assert.deepEqual(largestFace({ faces: [{ box: [0, 0, 10, 10] }, { box: [20, 10, 30, 40] }], width: 100, height: 50 }, { width: 200, height: 100 }), { x: 40, y: 20, width: 60, height: 80 });
  assert.equal(largestFace({ faces: [], width: 4, height: 3 }, { width: 4, height: 3 }), null);
});

test("a key is its letter on every keyboard", async () => {
  const { letterOf } = await lib("keys");
  for (const [key, code, letter] of [["a", "KeyA", "a"], ["A", "KeyA", "a"], ["ش", "KeyA", "a"], ["ت", "KeyJ", "j"], ["a", "KeyQ", "a"], ["Enter", "Enter", "enter"], ["۱", "Digit1", "۱"]]) {
    assert.equal(letterOf({ key, code }), letter, key);
  }
});

test("of many frames those are sent that share a movement, the last among them", async () => {
  const { spread } = await lib("motion");
  assert.deepEqual(spread([0, 0, 0, 0.2, 0.2, 0.2, 0.2, 0, 0, 0, 0], 4), [3, 5, 6, 10]);
  assert.deepEqual(spread(new Array(11).fill(0), 4), [2, 5, 8, 10]);
  assert.deepEqual(spread([0, 0, 0, 0.6, 0, 0, 0, 0, 0, 0, 0], 4), [3, 4, 5, 10]);
  assert.deepEqual(spread([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.9], 4), [7, 8, 9, 10]);
  assert.deepEqual(spread([0.1, 0.1, 0.1, 0.1], 4), [0, 1, 2, 3]);
});
