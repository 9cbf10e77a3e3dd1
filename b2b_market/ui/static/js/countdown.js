// @ts-check
import { serverNow } from "./clock.js";

/** @type {Set<Countdown>} */
const running = new Set();

/** @param {number} n */
const two = (n) => String(n).padStart(2, "0");

/** `<market-countdown until="…Z" after="Closed" day="d">`: time left by the server's clock; fires `countdown:over` once. */
class Countdown extends HTMLElement {
  connectedCallback() {
    running.add(this);
    this.tick();
  }

  disconnectedCallback() {
    running.delete(this);
  }

  tick() {
    const left = Math.floor((Date.parse(this.getAttribute("until") ?? "") - serverNow()) / 1000);
    if (Number.isNaN(left)) return;
    if (left < 0) {
      running.delete(this);
      this.textContent = this.getAttribute("after");
      this.classList.add("over");
      this.dispatchEvent(new CustomEvent("countdown:over", { bubbles: true }));
      return;
    }
    const days = Math.floor(left / 86400);
    const clock = `${two(Math.floor(left / 3600) % 24)}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
    const text = days ? `${days}${this.getAttribute("day")} ${clock}` : clock;
    if (this.textContent !== text) this.textContent = text;
  }
}

customElements.define("market-countdown", Countdown);
setInterval(() => running.forEach((one) => one.tick()), 500);
