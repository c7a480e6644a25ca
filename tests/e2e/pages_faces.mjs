// Page objects of the screens about faces: the live check, the kiosk, the review queue, my data, what an admin watches.

export class LiveCheck {
  constructor(page) {
    this.page = page;
  }

  challenge(kind) {
    return this.page.locator(`[data-test="challenge"]${kind ? `[data-kind="${kind}"]` : ""}`);
  }

  async begin() {
    await this.page.locator('[data-test="begin-live"]:not([disabled])').click();
  }
}

export class Kiosk {
  constructor(page, base) {
    Object.assign(this, { page, base });
  }

  phase(name) {
    return this.page.locator(`[data-test="kiosk"][data-phase="${name}"]`);
  }

  async open(gate) {
    await gate.open("#/kiosk");
    await gate.signIn("tablet");
    await this.phase("idle").waitFor();
  }

  async begin(way) {
    await this.page.locator(`[data-way="${way}"]:not([disabled])`).click();
  }

  async confirm() {
    await this.page.locator('[data-test="kiosk-confirm"]').click();
  }

  async cancel() {
    await this.page.locator('[data-test="kiosk-cancel"]').click();
  }

  async type(digits) {
    for (const digit of digits) await this.page.locator(`[data-key="${digit}"]`).click();
    await this.page.locator('[data-test="pin-next"]:not([disabled])').click();
  }

  /** A badge reader: the code and Enter, faster than a hand. */
  async scan(code) {
    await this.page.evaluate((text) => {
      for (const key of [...text, "Enter"]) document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    }, code);
  }

  /** The movement that is asked for, at one of its steps. */
  task(step) {
    return this.page.locator(`[data-test="kiosk-task"]${step ? `[data-step="${step}"]` : ""}`);
  }

  done(outcome) {
    return this.page.locator(`[data-test="kiosk-done"]${outcome ? `[data-outcome="${outcome}"]` : ""}`);
  }

  line(state) {
    return this.page.locator(`[data-test="kiosk-line"][data-state="${state}"]`);
  }
}

export class Review {
  constructor(page) {
    this.page = page;
  }

  items() {
    return this.page.locator("[data-review]");
  }

  current() {
    return this.page.locator('[data-review][aria-current="true"]');
  }

  detail(record) {
    return this.page.locator(`[data-test="review-detail"]${record ? `[data-record="${record}"]` : ""}`);
  }

  last() {
    return this.page.locator('[data-test="last-decision"]');
  }
}
