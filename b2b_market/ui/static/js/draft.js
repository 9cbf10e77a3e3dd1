// @ts-check
import { text } from "./texts.js";

// What is typed into a form with data-draft is kept on this device every 10 s and offered again. A draft that was sent is
// forgotten when a page without its form appears; signing out forgets all of them.

const PREFIX = "draft:";
const HIDDEN = new Set(["csrf_token", "idempotency_key"]);

/** @param {HTMLFormElement} form @returns {[string, string][]} */
function typed(form) {
  const secret = new Set([...form.querySelectorAll("[type=password], [type=hidden]")].map((field) => field.getAttribute("name")));
  return /** @type {[string, string][]} */ (
    [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !HIDDEN.has(name) && !secret.has(name))
  );
}

/** @param {number} at */
const clock = (at) => new Date(at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });

/** @param {string} key @returns {{at: number, sent: boolean, fields: [string, string][]} | null} */
function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/** @param {HTMLFormElement} form @param {string} key @param {boolean} sent */
function write(form, key, sent) {
  try {
    localStorage.setItem(key, JSON.stringify({ at: Date.now(), sent, fields: typed(form) }));
    const state = form.querySelector(".draft-state");
    if (state && !sent) state.textContent = text("saved").replace("{time}", clock(Date.now()));
  } catch {
    // storage is full or forbidden: the form works without drafts
  }
}

/** @param {HTMLFormElement} form @param {[string, string][]} fields */
function restore(form, fields) {
  const grid = /** @type {any} */ (form.querySelector("market-grid"));
  for (const box of form.querySelectorAll("input[type=checkbox]")) /** @type {HTMLInputElement} */ (box).checked = false;
  for (const [name, value] of fields) {
    while (grid && !form.elements.namedItem(name) && /-\d+-/.test(name) && grid.add());
    for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      const input = /** @type {HTMLInputElement} */ (field);
      if (input.type === "checkbox" || input.type === "radio") input.checked ||= input.value === value;
      else input.value = value;
    }
  }
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

/** @param {HTMLFormElement} form @param {string} key @param {{at: number, fields: [string, string][]}} draft */
function offer(form, key, draft) {
  const box = document.createElement("div");
  box.className = "notice";
  const line = document.createElement("p");
  line.textContent = text("found").replace("{time}", clock(draft.at)) + " ";
  for (const [name, act] of /** @type {[string, () => void][]} */ ([["restore", () => restore(form, draft.fields)], ["forget", () => localStorage.removeItem(key)]])) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link";
    button.textContent = text(name);
    button.onclick = () => (act(), box.remove());
    line.append(button, " ");
  }
  box.append(line);
  form.prepend(box);
}

/** @param {HTMLFormElement} form */
function keep(form) {
  const key = () => PREFIX + form.dataset.draft;
  const draft = read(key());
  const before = JSON.stringify(typed(form));
  if (draft && JSON.stringify(draft.fields) !== before && !form.querySelector(".error-summary")) offer(form, key(), draft);
  let last = before;
  const save = () => {
    const current = JSON.stringify(typed(form));
    if (current !== last && form.isConnected) write(form, key(), false);
    last = current;
  };
  const timer = setInterval(() => (form.isConnected ? save() : clearInterval(timer)), 10_000);
  addEventListener("pagehide", save);
  form.addEventListener("submit", () => {
    last = JSON.stringify(typed(form));
    write(form, key(), true);
  });
  // what save.js has saved on the server need not be kept here
  form.addEventListener("market:saved", () => {
    last = JSON.stringify(typed(form));
    localStorage.removeItem(PREFIX + (form.dataset.draftBefore ?? form.dataset.draft));
    localStorage.removeItem(key());
    form.querySelector(".draft-state")?.replaceChildren();
  });
}

/** @param {ParentNode} root */
export function keepDrafts(root) {
  for (const form of root.querySelectorAll("form[data-draft]")) keep(/** @type {HTMLFormElement} */ (form));
}

export function forgetSentDrafts() {
  for (const key of Object.keys(localStorage)) {
    const name = key.slice(PREFIX.length);
    if (key.startsWith(PREFIX) && read(key)?.sent && !document.querySelector(`form[data-draft="${CSS.escape(name)}"]`)) localStorage.removeItem(key);
  }
}

export function forgetAllDrafts() {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
}
