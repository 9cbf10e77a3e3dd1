// @ts-check

/**
 * `<market-matrix>`: one tab stop; arrows move by line and supplier without picking, Space or Enter picks, Home/End go to
 * the first and last supplier, PageUp/PageDown move ten lines. In a field for a quantity ← → Home End edit; on the link
 * of a price Enter follows it.
 */
class Matrix extends HTMLElement {
  connectedCallback() {
    this.addEventListener("keydown", (event) => this.onKey(event));
    this.addEventListener("focusin", (event) => this.onFocus(/** @type {HTMLElement} */ (event.target)));
    this.addEventListener("click", ({ target }) => {
      const input = target instanceof HTMLElement && !target.closest("input, a, label") && target.closest("td.price")?.querySelector("input");
      if (input) input.type === "text" ? input.focus() : input.click();
    });
    this.addEventListener("change", (event) => this.onPick(/** @type {HTMLElement} */ (event.target)));
    new MutationObserver(() => this.settle()).observe(this, { childList: true, subtree: true });
    this.settle();
  }

  /** Lines that come later (more of them, or one that is split) join the one tab stop. */
  settle() {
    for (const row of this.rows()) for (const cell of row) if (!focusable(cell).hasAttribute("tabindex")) focusable(cell).tabIndex = -1;
    const first = this.rows()[0]?.[0];
    if (first && !this.querySelector("td.price[tabindex='0'], td.price input[tabindex='0']")) focusable(first).tabIndex = 0;
  }

  /** @returns {HTMLElement[][]} price cells by line */
  rows() {
    return [...this.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("td.price")].map(asElement));
  }

  /** @param {HTMLElement} target */
  onFocus(target) {
    const cell = target.closest("td.price");
    if (!cell) return;
    for (const old of this.querySelectorAll("td.price[tabindex='0'], td.price input[tabindex='0']")) asElement(old).tabIndex = -1;
    focusable(asElement(cell)).tabIndex = 0;
  }

  /** @param {HTMLElement} target */
  onPick(target) {
    const row = target.closest("tr");
    for (const cell of row?.querySelectorAll("td.price:not(.leave)") ?? []) {
      const share = /** @type {HTMLInputElement | null} */ (cell.querySelector("input.share"));
      cell.classList.toggle("picked", share ? Boolean(share.value.trim()) : cell.contains(target));
    }
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const cell = asElement(/** @type {HTMLElement} */ (event.target).closest("td.price"));
    if (!cell || event.altKey || event.ctrlKey || event.metaKey) return;
    if (cell.querySelector("input.share") && /Left|Right|Home|End/.test(event.key)) return;
    const rows = this.rows();
    const y = rows.findIndex((row) => row.includes(cell));
    const x = rows[y]?.indexOf(cell) ?? -1;
    /** @type {Record<string, [number, number]>} */
    const moves = {
      ArrowLeft: [y, x - 1], ArrowRight: [y, x + 1], ArrowUp: [y - 1, x], ArrowDown: [y + 1, x],
      Home: [y, 0], End: [y, (rows[y]?.length ?? 1) - 1], PageUp: [Math.max(0, y - 10), x], PageDown: [Math.min(rows.length - 1, y + 10), x],
    };
    const move = moves[event.key];
    if (move) {
      event.preventDefault();
      const next = rows[move[0]]?.[move[1]];
      if (next) focusable(next).focus();
    } else if (event.key === "Enter" && !asElement(/** @type {Element} */ (event.target)).closest("a")) {
      event.preventDefault();
      const input = cell.querySelector("input");
      if (input?.type === "text") input.dispatchEvent(new Event("change", { bubbles: true }));
      else input?.click();
    }
  }
}

/** @param {Element | null} element */
const asElement = (element) => /** @type {HTMLElement} */ (element);

/** What takes the focus in a cell: its radio button, else the cell. @param {HTMLElement} cell @returns {HTMLElement} */
const focusable = (cell) => cell.querySelector("input") ?? cell;

customElements.define("market-matrix", Matrix);
