// What is not decided at once, on the running system: compared later by the worker, shown to be there by a movement,
// and left to a person who looks at both photos.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Board } from "../pages.mjs";
import { LiveCheck, Review } from "../pages_faces.mjs";
import { closeBrowsers, enrol, hold, ownSite, signedIn, system } from "./world.mjs";

after(closeBrowsers);

let site = null;
let manager = null;
before(async () => {
  site = await ownSite("Decisions");
  manager = await site.person("manager", "Review Er");
  await site.place("Later gate", { evidence: ["photo", "face"], face_check: "later", without_face: "refuse" });
  await site.place("Vault", { evidence: ["photo", "face", "liveness"] });
  await site.place("Gate", { evidence: ["photo", "face"] });
});

async function staff(name) {
  const person = await site.person("staff", name);
  await enrol(person.username, "obama", person.password);
  return person;
}

const as = (t, person, more) => signedIn(t, person.username, { password: person.password, ...more });

test("compared later: waiting looks like waiting, then the worker's decision comes to the page and to the feed", async (t) => {
  const person = await staff("Later Comer");
  const board = await as(t, manager, { screen: "board" });
  const events = new Board(board.page).events().filter({ hasText: person.full_name });
  await new Board(board.page).row(person.full_name).first().waitFor();
  const mine = await as(t, person, { camera: "obama2" });
  await mine.today.choose("Later gate");
  await mine.page.getByText("Asks for").waitFor();

  const goOn = hold("worker_1");
  try {
    await mine.today.press("in");
    await mine.today.shutter();
    await mine.today.result("pending").getByText("The evidence is still being checked.").waitFor();
    await mine.today.records("pending").getByText("Being checked").waitFor();
    assert.equal(await mine.page.locator(".result-recorded, .record .badge-good").count(), 0, "nothing is green yet");
    await events.first().getByText("Being checked").waitFor();
  } finally {
    goOn();
  }
  await mine.today.result("recorded").getByText("It has been looked at and accepted.").waitFor({ timeout: 20000 });
  await mine.today.records("accepted").first().waitFor();
  await mine.page.locator(".toast").getByText(/^In at .*: Recorded$/).waitFor();
  await events.first().getByText("Recorded").waitFor();
  assert.equal(await mine.today.records("pending").count(), 0);

  // Somebody else before the camera: what counted is taken back, in words.
  const other = await as(t, person, { camera: "biden" });
  await other.today.hero("in").waitFor();
  await other.today.choose("Later gate");
  await other.today.press("out");
  await other.today.shutter();
  await other.today.result("refused").getByText("It was checked later and not accepted.").waitFor({ timeout: 20000 });
  await other.today.hero("in").waitFor();
  await events.first().getByText("Voided", { exact: true }).waitFor();
  assert.deepEqual([...board.errors, ...mine.errors, ...other.errors], []);
});

/** Presses “begin” in the second in which the film announces the movement that is asked for (tests/support/films.py). */
async function beginWithTheFilm(page) {
  const marks = { turn_left: [0, 0, 255], turn_right: [0, 255, 0], closer: [255, 0, 0], farther: [255, 255, 0] };
  const kind = await page.locator('[data-test="challenge"]').getAttribute("data-kind");
  await page.locator('[data-test="begin-live"]:not([disabled])').waitFor();
  await page.waitForFunction((wanted) => {
    const video = document.querySelector("video");
    const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
    const context = canvas.getContext("2d");
    const side = video.videoWidth / 40;
    context.drawImage(video, side / 4, side / 4, side / 4, side / 4, 0, 0, 1, 1);
    const seen = [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
    const there = seen.every((value, i) => Math.abs(value - wanted[i]) < 90);
    if (there) document.querySelector('[data-test="begin-live"]').click();
    return there;
  }, marks[kind], { polling: 40, timeout: 45000 });
  return kind;
}

test("who makes the movement that is asked for is there", async (t) => {
  const person = await staff("Live Ly");
  const { page, today, errors } = await as(t, person, { camera: "movements" });
  await today.choose("Vault");
  await today.press("in");
  await new LiveCheck(page).challenge().waitFor();
  const kind = await beginWithTheFilm(page);
  t.diagnostic(kind);
  await today.result("recorded").waitFor({ timeout: 20000 });
  await today.hero("in").waitFor();
  const { items } = await site.admin(`${system.attendance}/api/v1/attendance/records?employee_id=${person.employee_id}&limit=1`);
  assert.deepEqual([items[0].evidence.face, items[0].evidence.liveness.reason, items[0].evidence.liveness.challenge], ["accept", "live", true]);
  assert.deepEqual(errors, []);
});

test("a doubtful face waits for the manager, who sees both photos; the person sees what becomes of it", async (t) => {
  const person = await staff("Doubt Ful");
  const mine = await as(t, person, { camera: "doubtful" });
  await mine.today.choose("Gate");
  await mine.today.press("in");
  await mine.today.shutter();
  await mine.today.result("review").getByText("It counts for now. A person will look at it.").waitFor();
  await mine.today.records("review").waitFor();

  const { page, errors } = await as(t, manager, { screen: "review" });
  const review = new Review(page);
  const item = review.items().filter({ hasText: person.full_name });
  await item.click();
  await review.detail().getByRole("heading", { name: person.full_name }).waitFor();
  await page.locator(".compare-frame img").nth(1).waitFor();
  const sizes = await page.locator(".compare-frame img").evaluateAll((images) => images.map((image) => image.naturalWidth));
  assert.ok(sizes.length === 2 && sizes.every((width) => width > 100), String(sizes));
  const similarity = Number(await page.locator('[data-test="similarity"] strong').textContent());
  assert.ok(similarity > 0.36 && similarity < 0.41, String(similarity));
  // Enlarged, each photo has its face in the middle, and both faces are equally large.
  await page.locator('.compare-frame[data-face="true"]').nth(1).waitFor();
  await page.keyboard.press("z");
  await page.locator('.compare-frame[data-zoom="2"] .compare-face').nth(1).waitFor();
  const faces = await page.evaluate(() => [...document.querySelectorAll(".compare-frame")].map((frame) => {
    const [seen, face] = [frame, frame.querySelector(".compare-face")].map((one) => one.getBoundingClientRect());
    return { height: face.height, aside: face.x + face.width / 2 - seen.x - seen.width / 2 };
  }));
  assert.ok(Math.abs(faces[0].height - faces[1].height) < 4, JSON.stringify(faces));
  assert.ok(faces.every(({ height, aside }) => height > 100 && Math.abs(aside) < 20), JSON.stringify(faces));
  await page.keyboard.press("a");
  await review.last().getByText(`Accepted: ${person.full_name}`).waitFor();
  await mine.today.result("recorded").getByText("It has been looked at and accepted.").waitFor();
  await mine.today.records("accepted").waitFor();

  await page.keyboard.press("u");
  await item.waitFor();
  await mine.today.result("review").waitFor();
  await mine.today.records("review").waitFor();
  await page.locator('[data-test="refuse"]').click();
  await review.last().getByText(`Refused: ${person.full_name}`).waitFor();
  await mine.today.result("refused").getByText("It was checked later and not accepted.").waitFor();
  await mine.today.hero("out").waitFor();
  assert.deepEqual([...errors, ...mine.errors], []);
});
