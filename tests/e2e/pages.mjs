// Page objects: what a person can do on each screen, by the names a person reads or a stable mark.
// They take any base address, so the same ones drive the test double and the real system.

export class Gate {
  constructor(page, base) {
    Object.assign(this, { page, base });
  }

  async open(hash = "") {
    await this.page.goto(`${this.base}/index.html${hash}`);
    await this.page.locator("#username").waitFor();
  }

  async signIn(username, password = "password") {
    await this.page.fill("#username", username);
    await this.page.fill("#password", password);
    await this.page.locator('button[type="submit"]').click();
  }

  async signInTo(screen, username, password = "password") {
    await this.open(`#/${screen}`);
    await this.signIn(username, password);
    await this.page.locator(".top").waitFor();
  }

  problem() {
    return this.page.getByRole("alert");
  }
}

export class Today {
  constructor(page) {
    this.page = page;
  }

  hero(state) {
    return this.page.locator(`[data-test="hero"]${state ? `[data-state="${state}"]` : ""}`);
  }

  async choose(place) {
    await this.page.selectOption("#place", { label: place });
  }

  async press(action) {
    await this.page.locator(`[data-test="punch-${action}"]:not([disabled])`).click();
  }

  async shutter() {
    await this.page.locator('[data-test="shutter"]:not([disabled])').click();
  }

  result(phase) {
    return this.page.locator(`[data-test="result"]${phase ? `[data-phase="${phase}"]` : ""}`);
  }

  records(status) {
    return this.page.locator(`.record${status ? `[data-status="${status}"]` : ""}`);
  }
}

export class Board {
  constructor(page) {
    this.page = page;
  }

  row(name) {
    return this.page.locator(".board-table tbody tr", { hasText: name });
  }

  rows() {
    return this.page.locator(".board-table tbody tr");
  }

  events() {
    return this.page.locator("[data-event]");
  }

  countIn() {
    return this.page.locator('[data-test="count-in"]');
  }
}

export class Face {
  constructor(page) {
    this.page = page;
  }

  async consent() {
    await this.page.locator('.check input[type="checkbox"]').check();
    await this.page.locator('[data-test="give-consent"]:not([disabled])').click();
    await this.page.locator('[data-test="add-photo"]').waitFor();
  }

  async addPhotos(count) {
    await this.page.locator('[data-test="add-photo"]').click();
    const there = await this.page.locator(".shot").count();
    for (let i = there; i < there + count; i += 1) {
      await this.page.locator('[data-test="shutter"]:not([disabled])').click();
      await this.page.locator(".shot").nth(i).waitFor({ state: "attached" });
    }
    await this.page.keyboard.press("Escape");
  }

  async save() {
    await this.page.locator('[data-test="save-photos"]').click();
  }

  faces() {
    return this.page.locator(".faces li");
  }
}

/** The parts around every screen. */
export class Frame {
  constructor(page) {
    this.page = page;
  }

  pill(state) {
    return this.page.locator(`.pill[data-state="${state}"]`);
  }

  async language(code) {
    await this.page.locator(".menu-button").click();
    await this.page.selectOption("#language", code);
    await this.page.keyboard.press("Escape");
  }

  async signOut() {
    await this.page.locator(".menu-button").click();
    await this.page.locator("#account-panel button.button").click();
  }
}
