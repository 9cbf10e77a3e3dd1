// @ts-check
// Sealing, confirming and opening on a page: <market-seal>, <market-confirm>, <market-open>, <market-reveal> and
// <market-key> around fields that have no name, so that nothing of them is ever sent. What they make is put into the file
// field of an ordinary form, which the person sends.
import { confirm } from "./confirm.js";
import { join, supported, utf8 } from "./format.js";
import { lockKey, unlockSeed } from "./keys.js";
import { answerChallenge, contribute, officerOf, readNotice, unlockKey } from "./open.js";
import { newSeed, seal } from "./seal.js";

/** What they have in common: fields by their data-field, a button, and an output that says how it went. */
class Device extends HTMLElement {
  async connectedCallback() {
    this.querySelector("button")?.addEventListener("click", () => this.run());
    if (!(await supported())) this.say(this.dataset.unsupported ?? "", false);
  }

  /** @param {string} name @returns {HTMLInputElement | null} */
  field(name) {
    return this.querySelector(`[data-field="${name}"]`);
  }

  /** @param {string} name */
  value(name) {
    return this.field(name)?.value.trim() ?? "";
  }

  /** @param {string} name @returns {Promise<Uint8Array | null>} */
  async bytes(name) {
    const file = this.field(name)?.files?.[0];
    return file ? new Uint8Array(await file.arrayBuffer()) : null;
  }

  /** The files of a field. @param {string} name */
  async chosen(name) {
    const files = [...(this.field(name)?.files ?? [])];
    return Promise.all(files.map(async (file) => ({ name: file.name.normalize("NFC"), content: new Uint8Array(await file.arrayBuffer()) })));
  }

  /** @param {string} said @param {boolean} ok */
  say(said, ok) {
    const output = this.querySelector("output");
    if (!output) return;
    output.className = ok ? "notice ok" : "notice bad";
    output.textContent = said;
  }

  async run() {
    const button = this.querySelector("button");
    button?.setAttribute("disabled", "");
    this.say(this.dataset.working ?? "", true);
    try {
      this.say(`${this.dataset.done} ${await this.work()}`.trim(), true);
    } catch (error) {
      this.say(`${this.dataset.failed} ${/** @type {Error} */ (error).message}`, false);
    }
    const passphrase = this.field("passphrase");
    if (passphrase) passphrase.value = "";
    button?.removeAttribute("disabled");
  }

  /** @returns {Promise<string>} what to add to data-done */
  async work() {
    return "";
  }

  /** Puts a file into the field of the form that data-into names. @param {string} name @param {Uint8Array} content */
  hand(name, content) {
    const into = /** @type {HTMLInputElement} */ (document.querySelector(this.dataset.into ?? ""));
    const carrier = new DataTransfer();
    carrier.items.add(new File([/** @type {any} */ (content)], name));
    into.files = carrier.files;
    into.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** Saves a file on this device. @param {string} name @param {Uint8Array} content */
  save(name, content) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([/** @type {any} */ (content)]));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  /** @param {string} address @returns {Promise<Uint8Array>} */
  async fetched(address) {
    const answer = await fetch(address, { cache: "no-store" });
    if (!answer.ok) throw new Error(`${answer.status}`);
    return new Uint8Array(await answer.arrayBuffer());
  }
}

/** @param {Uint8Array} bytes */
const json = (bytes) => JSON.parse(new TextDecoder().decode(bytes));

class Seal extends Device {
  async connectedCallback() {
    this.field("lot")?.addEventListener("change", () => this.show());
    this.show();
    await super.connectedCallback();
  }

  /** Shows the prices of the chosen lot, and which version of a bid on it comes next. */
  show() {
    const next = this.querySelector('[data-field="lot"] option:checked')?.getAttribute("data-next");
    const version = this.field("version");
    if (next && version) version.value = next;
    for (const group of this.querySelectorAll("[data-prices]")) group.toggleAttribute("hidden", group !== this.prices());
  }

  prices() {
    return this.querySelector(`[data-prices="${this.value("lot")}"]`);
  }

  async work() {
    const notice = await readNotice(json(await this.fetched(this.dataset.notice ?? "")));
    const key = await this.bytes("key");
    if (!key) throw new Error(this.dataset.noKey);
    const { seed } = await unlockSeed(key, this.field("passphrase")?.value ?? "", "bidder");
    const ids = { tender: notice.terms.tender, lot: this.value("lot"), bidder: this.dataset.bidder ?? "", version: Number(this.value("version")) };
    const sealed = await seal(notice, ids, await this.contents(notice.terms.parts), seed);
    this.save("bid.sealed.keep", sealed.keep);
    this.hand("bid.sealed", sealed.file);
    return notice.terms.officers.map((officer) => `${officer.name}: ${officer.fingerprint}`).join(" · ");
  }

  /** The chosen lot's fields of one kind: what each holds. @param {string} kind */
  answers(kind) {
    const fields = /** @type {NodeListOf<HTMLInputElement> | undefined} */ (this.prices()?.querySelectorAll(`[data-${kind}]`));
    return [...(fields ?? [])].map((field) => field.value.trim());
  }

  /** What the chosen lot asks, as the evaluation reads it: each with its position in the lot, from 1. */
  typed() {
    const number = /^\d{1,13}(\.\d{1,6})?$/;
    const lines = this.answers("price").map((value, place) => ({ line: place + 1, unit_price: value }));
    if (!lines.every((line) => number.test(line.unit_price))) throw new Error(this.dataset.noPrice);
    const costs = this.answers("cost").map((value, place) => ({ cost: place + 1, amount: value }));
    if (!costs.every((cost) => number.test(cost.amount))) throw new Error(this.dataset.noCost);
    const features = this.answers("feature").map((value, place) => ({ feature: place + 1, answer: Number(value) }));
    const currency = /** @type {HTMLInputElement | null} */ (this.querySelector('[data-content="currency"]'));
    return { currency: currency?.value ?? "", lines, ...(features.length && { features }), ...(costs.length && { costs }) };
  }

  /** The bid as a JSON file, or what was typed; with two envelopes each part has files of its own. @param {string[]} parts */
  async contents(parts) {
    const given = await this.bytes("bid");
    const content = given ? json(given) : null;
    if (parts.length === 1) return { whole: { content: content ?? this.typed(), files: await this.chosen("files") } };
    const typed = content ?? { technical: { note: this.value("technical") }, price: this.typed() };
    const found = parts.map(async (part) => [part, { content: typed[part], files: await this.chosen(`${part}-files`) }]);
    return Object.fromEntries(await Promise.all(found));
  }
}

class Reveal extends Device {
  /** Takes the kept line of the part, adds its files in the order of sealing, and hands both to the form. */
  async work() {
    const keep = await this.bytes("keep");
    const lines = keep ? new TextDecoder().decode(keep).split("\n").filter(Boolean) : [];
    const line = lines.find((one) => JSON.parse(one).part === this.dataset.part);
    if (!line) throw new Error(this.dataset.noKeep);
    const chosen = await this.chosen("files");
    const files = JSON.parse(line).payload.files.map((/** @type {{name: string}} */ listed) => {
      const found = chosen.find((file) => file.name === listed.name);
      if (!found) throw new Error(`${this.dataset.missing} ${listed.name}`);
      return found.content;
    });
    this.hand("bid.reveal", join(utf8(`${line}\n`), ...files));
    return "";
  }
}

class Confirm extends Device {
  async work() {
    const notice = await readNotice(json(await this.fetched(this.dataset.notice ?? "")));
    const key = await this.bytes("key");
    if (!key) throw new Error(this.dataset.noKey);
    const { seed } = await unlockSeed(key, this.field("passphrase")?.value ?? "", "bidder");
    const [lot, version, envelope] = this.value("bid").split(" ");
    const ids = { tender: notice.terms.tender, lot, bidder: this.dataset.bidder ?? "", version: Number(version) };
    this.hand("confirmation.json", await confirm(notice, ids, envelope, seed));
    /** @type {HTMLInputElement} */ (document.querySelector(this.dataset.into ?? "")).form?.requestSubmit();
    return "";
  }
}

class Open extends Device {
  async work() {
    const key = await this.bytes("key");
    if (!key) throw new Error(this.dataset.noKey);
    const officer = await unlockKey(key, this.field("passphrase")?.value ?? "");
    const kept = await this.bytes("notice");
    const work = await this.fetched(this.dataset.work ?? "");
    const made = await contribute(work, officer, new Date(), kept ? await readNotice(json(kept)) : undefined);
    this.hand("layer.json", made.file);
    return `${made.opened}${made.failed.length ? ` (${this.dataset.reported} ${made.failed.join(", ")})` : ""}`;
  }
}

class Key extends Device {
  async work() {
    const holder = this.dataset.holder === "bidder" ? "bidder" : "officer";
    const challenge = this.value("challenge");
    const passphrase = this.field("passphrase")?.value ?? "";
    if (challenge) return this.answer(challenge, passphrase);
    const [seed, name] = [newSeed(), this.value("name")];
    if (!name) throw new Error(this.dataset.noName);
    this.save(`${holder}.key`, await lockKey(holder, name, seed, passphrase));
    if (holder === "bidder") return "";
    const officer = await officerOf(seed, name);
    const into = /** @type {HTMLTextAreaElement | null} */ (document.querySelector(this.dataset.into ?? ""));
    if (into) into.value = JSON.stringify(officer.card);
    return officer.fingerprint;
  }

  /** @param {string} challenge @param {string} passphrase */
  async answer(challenge, passphrase) {
    const key = await this.bytes("key");
    if (!key) throw new Error(this.dataset.noKey);
    const bytes = Uint8Array.from(challenge.match(/../g) ?? [], (pair) => parseInt(pair, 16));
    const answer = await answerChallenge(await unlockKey(key, passphrase), bytes);
    const into = /** @type {HTMLInputElement | null} */ (document.querySelector(this.dataset.into ?? ""));
    if (into) into.value = answer;
    return "";
  }
}

customElements.define("market-seal", Seal);
customElements.define("market-confirm", Confirm);
customElements.define("market-open", Open);
customElements.define("market-reveal", Reveal);
customElements.define("market-key", Key);
