// @ts-check
// What every page needs: token, theme, menus, dialogs, and the guards against half-typed words, lost work and double sending.

import "./countdown.js";
import "./matrix.js";
import "./grid.js";
import "./bulk.js";
import "./palette.js";
import { forgetAllDrafts, forgetSentDrafts, keepDrafts } from "./draft.js";
import { saveDrafts } from "./save.js";
import { ask, say, text } from "./texts.js";

const root = document.documentElement;
const token = () => /** @type {HTMLMetaElement | null} */ (document.querySelector("meta[name=csrf-token]"))?.content ?? "";

/** @param {string} type @param {(event: any) => void} listener @param {boolean} [capture] */
const on = (type, listener, capture = false) => document.addEventListener(type, listener, capture);

/** @param {EventTarget | null} target @param {string} selector @returns {HTMLElement | null} */
const up = (target, selector) => (target instanceof Element ? target.closest(selector) : null);

// htmx: token on every request that changes something, no empty filters in addresses, failures said in words

on("htmx:config:request", ({ detail }) => {
  const { request } = detail.ctx;
  if (request.method !== "GET") request.headers["X-CSRF-Token"] = token();
  else if (request.body instanceof FormData) for (const [name, value] of [...request.body]) if (value === "") request.body.delete(name);
});
on("htmx:confirm", (event) => {
  event.preventDefault();
  ask(event.detail.ctx.confirm).then((yes) => (yes ? event.detail.issueRequest() : event.detail.dropRequest()));
});
on("htmx:response:error", ({ detail }) => {
  const { status } = detail.ctx.response;
  if (status === 401) location.reload();
  else if (status !== 409 && status !== 422) {
    const page = new DOMParser().parseFromString(detail.ctx.text, "text/html"); // the error page says what would be right
    say([...page.querySelectorAll("h1, .lead")].map((line) => line.textContent).join(" ") || text("failed"), "bad");
  }
});
on("htmx:error", ({ detail }) => detail.ctx && say(text("offline"), "bad"));
on("htmx:after:swap", ({ target }) => prepare(target instanceof Element ? target : document));

// Input methods: an unfinished word must not start a search; the finished one starts it once

on("input", (event) => event.isComposing && event.stopImmediatePropagation(), true);
on("compositionend", ({ target }) => target.dispatchEvent(new Event("input", { bubbles: true })), true);

// Sending: ask first where asked to, send once, and leave without losing what was typed

/** @type {Set<HTMLFormElement>} */
const changed = new Set();
on("input", ({ target }) => target.form?.matches("[data-guard]") && changed.add(target.form));
on("market:saved", ({ target }) => changed.delete(target));
addEventListener("beforeunload", (event) => {
  for (const form of changed) if (form.isConnected) event.preventDefault();
});
on("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  if (question && form.dataset.confirmed !== "yes") {
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(question).then((yes) => {
      if (!yes) return;
      form.dataset.confirmed = "yes";
      form.requestSubmit(event.submitter ?? undefined);
    });
    return;
  }
  delete form.dataset.confirmed;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.classList.contains("busy")) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  if (form.action.endsWith("/sign-out")) forgetAllDrafts();
  changed.delete(form);
  if (form.matches("[data-theme-form]")) return switchTheme(event, form);
  form.classList.add("busy");
  event.submitter?.setAttribute("aria-disabled", "true");
  setTimeout(() => release(form), 8000);
}, true);
on("htmx:finally:request", ({ target }) => target instanceof HTMLFormElement && release(target));
addEventListener("pageshow", () => document.querySelectorAll("form.busy").forEach((form) => release(/** @type {HTMLFormElement} */ (form))));

/** @param {HTMLFormElement} form */
function release(form) {
  form.classList.remove("busy");
  for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
}

/** The page turns at once; the choice is stored in the background. @param {SubmitEvent} event @param {HTMLFormElement} form */
function switchTheme(event, form) {
  event.preventDefault();
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const body = new URLSearchParams(/** @type {any} */ (new FormData(form)));
  root.dataset.theme = dark ? "light" : "dark";
  body.set("theme", root.dataset.theme);
  fetch(form.action, { method: "POST", body, headers: { "X-CSRF-Token": token() }, redirect: "manual" }).catch(() => say(text("offline"), "bad"));
}

// Menus, dialogs, messages

on("click", (event) => {
  const { target } = event;
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(target)) menu.removeAttribute("open");
  const dialog = /** @type {HTMLDialogElement | null} */ (document.getElementById(up(target, "[data-opens]")?.dataset.opens ?? ""));
  if (dialog) {
    dialog.showModal();
    /** @type {HTMLElement | null} */ (dialog.querySelector(".dialog-body :is(input:not([type=hidden]), select, textarea)"))?.focus();
  }
  else if (up(target, "[data-closes]")) /** @type {HTMLDialogElement} */ (up(target, "dialog"))?.close();
  else if (up(target, "[data-confirm-yes]")) /** @type {HTMLDialogElement} */ (up(target, "dialog")).close("yes");
  else if (target instanceof HTMLDialogElement) target.close();
  else if (up(target, "[data-dismiss]")) up(target, ".flash")?.remove();
  else if (up(target, ".nav-open, .nav-shade")) {
    event.preventDefault();
    const open = document.getElementById("nav")?.classList.toggle("open", Boolean(up(target, ".nav-open:not([aria-expanded=true])")));
    document.querySelector(".nav-open")?.setAttribute("aria-expanded", String(Boolean(open)));
  }
});
on("keydown", (event) => {
  const menu = event.key === "Escape" && up(event.target, "details.menu[open]");
  if (!menu) return;
  menu.removeAttribute("open");
  menu.querySelector("summary")?.focus();
});

// Files dropped on a drop field

for (const type of ["dragover", "dragleave", "drop"]) {
  on(type, (event) => {
    const box = up(event.target, ".drop");
    const field = /** @type {HTMLInputElement | null | undefined} */ (box?.querySelector("input[type=file]"));
    if (!box || !field) return;
    event.preventDefault();
    box.classList.toggle("over", type === "dragover");
    if (type === "drop" && event.dataTransfer?.files.length) {
      field.files = event.dataTransfer.files;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
}

// Tables that fit keep their head in sight while the page scrolls; wider ones scroll inside their frame

const watcher = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    target.classList.remove("fits");
    target.classList.toggle("fits", target.scrollWidth <= target.clientWidth);
  }
});

/** @param {ParentNode} part */
function prepare(part) {
  for (const wrap of part.querySelectorAll(".table-wrap.sticky")) watcher.observe(wrap);
  keepDrafts(part);
  saveDrafts(part);
  /** @type {HTMLElement | null} */ (part.querySelector(".error-summary"))?.focus();
}

prepare(document);
forgetSentDrafts();
