// @ts-check

/** @typedef {{label: string, hint: string, go: () => void}} Entry */

/** Everything on this page one can go to or do: navigation, actions with a name, tabs. @returns {Entry[]} */
function entries() {
  const found = [".nav a", "main .page-head .actions :is(a, button)", ".tabs a", ".user-menu .menu-list > a"];
  return found.flatMap((selector) => [...document.querySelectorAll(selector)]).map((element) => ({
    label: [...element.childNodes].filter((part) => !(part instanceof Element && part.matches(".count, kbd, svg"))).map((part) => part.textContent).join("").trim(),
    hint: element.closest(".nav ul")?.previousElementSibling?.matches(".nav-head") ? (element.closest("ul")?.previousElementSibling?.textContent ?? "") : "",
    go: () => /** @type {HTMLElement} */ (element).click(),
  })).filter((entry) => entry.label);
}

/** `<market-palette>`: Ctrl/⌘ K, type, Enter. */
class Palette extends HTMLElement {
  /** @type {Entry[]} */
  shown = [];
  at = 0;

  connectedCallback() {
    const { title = "", hint = "", none = "", close = "" } = this.dataset;
    this.innerHTML = `<dialog class="palette"><input type="text" role="combobox" aria-expanded="true" aria-controls="palette-list" autocomplete="off" spellcheck="false"><ul id="palette-list" role="listbox"></ul></dialog>`;
    this.dialog = /** @type {HTMLDialogElement} */ (this.firstElementChild);
    this.input = /** @type {HTMLInputElement} */ (this.dialog.firstElementChild);
    this.list = /** @type {HTMLElement} */ (this.dialog.lastElementChild);
    this.dialog.setAttribute("aria-label", title);
    this.input.setAttribute("aria-label", title);
    this.input.placeholder = hint;
    this.list.setAttribute("aria-label", title);
    this.none = none || close;
    this.input.addEventListener("input", () => this.filter());
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.list.addEventListener("click", (event) => this.run([...(this.list?.children ?? [])].indexOf(/** @type {Element} */ (/** @type {Element} */ (event.target).closest("li")))));
  }

  open() {
    if (!this.dialog?.showModal || this.dialog.open || !this.input) return;
    this.input.value = "";
    this.dialog.showModal();
    this.filter();
  }

  filter() {
    const words = (this.input?.value ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    this.shown = entries().filter(({ label, hint }) => words.every((word) => `${label} ${hint}`.toLowerCase().includes(word)));
    this.at = 0;
    this.list?.replaceChildren(...this.shown.map(({ label, hint }, index) => {
      const item = document.createElement("li");
      item.id = `palette-${index}`;
      item.setAttribute("role", "option");
      item.append(label);
      if (hint) item.append(Object.assign(document.createElement("span"), { className: "second", textContent: hint }));
      return item;
    }));
    if (!this.shown.length) this.list?.replaceChildren(Object.assign(document.createElement("li"), { textContent: this.none, role: "option", ariaDisabled: "true" }));
    this.mark();
  }

  mark() {
    [...(this.list?.children ?? [])].forEach((item, index) => item.setAttribute("aria-selected", String(index === this.at && this.shown.length > 0)));
    this.input?.setAttribute("aria-activedescendant", this.shown.length ? `palette-${this.at}` : "");
    this.list?.children[this.at]?.scrollIntoView({ block: "nearest" });
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.isComposing) return;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step && this.shown.length) this.at = (this.at + step + this.shown.length) % this.shown.length;
    else if (event.key === "Enter") this.run(this.at);
    if (step || event.key === "Enter") event.preventDefault();
    if (step) this.mark();
  }

  /** @param {number} index */
  run(index) {
    const entry = this.shown[index];
    if (!entry) return;
    this.dialog?.close();
    entry.go();
  }
}

customElements.define("market-palette", Palette);

/** @param {number} step */
function moveRow(step) {
  const rows = [...document.querySelectorAll("main tr[data-row]")];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.matches(".at"));
  const next = rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
  rows[at]?.classList.remove("at");
  next?.classList.add("at");
  next?.scrollIntoView({ block: "nearest" });
  /** @type {HTMLElement | null | undefined} */ (next?.querySelector("a, button, input"))?.focus({ preventScroll: true });
}

/** Runs the control bound to a key. @param {string} key @returns {boolean} whether there is one */
function press(key) {
  const all = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`));
  const control = [...all].find((element) => element.getClientRects().length > 0);
  if (control instanceof HTMLInputElement) control.focus();
  else control?.click();
  return Boolean(control);
}

document.addEventListener("keydown", (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.isComposing || event.defaultPrevented) return;
  const palette = /** @type {Palette | null} */ (document.querySelector("market-palette"));
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    palette?.open();
    return;
  }
  const typing = target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  const off = document.documentElement.dataset.keys === "off" || document.querySelector("dialog[open]");
  if (typing || off || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") moveRow(key === "j" ? 1 : -1);
  else if (key === "?") /** @type {HTMLDialogElement | null} */ (document.getElementById("keys"))?.showModal();
  else if (!/^[a-z/]$/.test(key) || !press(key)) return;
  event.preventDefault();
});
