// Page objects of the account and the administration.

export class SecondStep {
  constructor(page) {
    this.page = page;
  }

  field() {
    return this.page.locator("#code");
  }

  /** Types the six digits; the form sends itself. */
  async type(code) {
    await this.field().pressSequentially(code);
  }

  async recover(code) {
    await this.page.getByRole("button", { name: "Use a recovery code" }).click();
    await this.field().fill(code);
    await this.page.locator('button[type="submit"]').click();
  }
}

export class Account {
  constructor(page) {
    this.page = page;
  }

  sessions() {
    return this.page.locator(".session");
  }

  dialog() {
    return this.page.locator("dialog[open]").last();
  }

  async confirm() {
    await this.dialog().locator('button[type="submit"]').click();
  }

  factor() {
    return this.page.locator('section[aria-labelledby="factor-title"]');
  }

  /** Sets up the second factor as a person does; answers the recovery codes. `codeOf(secret)` is the app. */
  async setUpFactor(password, codeOf) {
    await this.factor().getByRole("button", { name: "Set up the second factor" }).click();
    await this.page.fill("#setup-password", password);
    await this.confirm();
    await this.page.locator(".qr").waitFor();
    const secret = (await this.page.locator('[data-test="copy-value"]').textContent()).replaceAll(" ", "");
    await this.page.locator("#setup-code").pressSequentially(codeOf(secret));
    await this.page.locator('[data-test="recovery-codes"]').waitFor();
    const codes = await this.page.locator('[data-test="recovery-codes"] li').allTextContents();
    await this.page.locator('dialog[open] input[type="checkbox"]').check();
    await this.page.getByRole("button", { name: "Done" }).click();
    return codes;
  }
}

export class Admin {
  constructor(page) {
    this.page = page;
  }

  tab(name) {
    return this.page.getByRole("tab", { name });
  }

  people() {
    return this.page.locator("[data-person]");
  }

  async open(id) {
    await this.page.locator(`[data-person="${id}"]`).click();
    await this.sheet().locator(".section").first().waitFor();
  }

  async find(text) {
    await this.page.fill("#q", text);
  }

  sheet() {
    return this.page.locator("dialog.dialog-sheet");
  }

  dialog() {
    return this.page.locator("dialog[open]").last();
  }

  async confirm(reason) {
    // What asks stands above the side sheet, which has forms of its own.
    const asking = this.page.locator("dialog[open]:not(.dialog-sheet)").last();
    if (reason) await asking.locator("#reason").fill(reason);
    await asking.locator('button[type="submit"]').click();
  }

  async chooseFile(name, text) {
    await this.page.setInputFiles('[data-test="file"]', { name, mimeType: "text/csv", buffer: Buffer.from(text) });
  }

  lines() {
    return this.page.locator("[data-line]");
  }
}
