// @ts-check

/** `<market-bulk>` around a list: boxes with data-pick, one with data-pick-all, a bar that appears with the count; Shift picks a range. */
class Bulk extends HTMLElement {
  /** @type {HTMLInputElement | null} */
  last = null;

  connectedCallback() {
    this.addEventListener("click", (event) => this.onClick(/** @type {MouseEvent} */ (event)));
    this.refresh();
  }

  /** @returns {HTMLInputElement[]} */
  get boxes() {
    return [.../** @type {NodeListOf<HTMLInputElement>} */ (this.querySelectorAll("input[data-pick]"))];
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    const target = /** @type {HTMLInputElement} */ (event.target);
    const boxes = this.boxes;
    if (target.matches("[data-pick-all]")) for (const box of boxes) box.checked = target.checked;
    else if (target.closest("[data-pick-none]")) for (const box of boxes) box.checked = false;
    else if (!target.matches("[data-pick]")) return;
    else {
      if (event.shiftKey && this.last?.isConnected) {
        const [from, to] = [boxes.indexOf(this.last), boxes.indexOf(target)].sort((a, b) => a - b);
        for (const box of boxes.slice(from, (to ?? 0) + 1)) box.checked = target.checked;
      }
      this.last = target;
    }
    this.refresh();
  }

  refresh() {
    const boxes = this.boxes;
    const count = boxes.filter((box) => box.checked).length;
    for (const box of boxes) box.closest("tr")?.classList.toggle("picked", box.checked);
    const all = /** @type {HTMLInputElement | null} */ (this.querySelector("[data-pick-all]"));
    if (all) [all.checked, all.indeterminate] = [count > 0 && count === boxes.length, count > 0 && count < boxes.length];
    const bar = /** @type {HTMLElement | null} */ (this.querySelector(".bulk-bar"));
    const label = /** @type {HTMLElement | null} */ (this.querySelector("[data-pick-count]"));
    if (bar) bar.hidden = count === 0;
    if (label) label.textContent = (label.dataset.text ?? "").replace("{n}", String(count));
  }
}

customElements.define("market-bulk", Bulk);
