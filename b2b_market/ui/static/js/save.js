// @ts-check
import { text } from "./texts.js";

// A form with data-autosave is sent by itself 3 s after the last change, to where its button sends it and with `autosave`
// set. The answer is the form's new #saving, which says how it went and carries what the next sending needs. What could
// not be saved stays in the form and, by draft.js, on this device.

const WAIT = 3000;
/** @type {WeakMap<HTMLFormElement, {busy: boolean, timer: number, wanted: boolean, submitter: HTMLElement | null}>} */
const forms = new WeakMap();

/** @param {HTMLFormElement} form */
const content = (form) => new URLSearchParams(/** @type {any} */ (new FormData(form)));

/** What was typed, without what #saving carries. @param {HTMLFormElement} form */
const typed = (form) => {
  const kept = content(form);
  for (const field of form.querySelectorAll("#saving [name], [name=idempotency_key]")) kept.delete(field.getAttribute("name") ?? "");
  return kept.toString();
};

/** @param {HTMLFormElement} form */
const plan = (form) => {
  const state = forms.get(form);
  if (!state) return;
  clearTimeout(state.timer);
  state.timer = setTimeout(() => save(form), WAIT);
};

/** @param {HTMLFormElement} form */
async function save(form) {
  const state = forms.get(form);
  const box = form.querySelector("#saving");
  if (!state || state.busy || !box || form.classList.contains("busy") || box.matches("[data-state=conflict]")) return;
  state.busy = true;
  const body = content(form);
  const sent = typed(form);
  body.set("autosave", "1");
  const fresh = await answer(form, body);
  state.busy = false;
  if (fresh) box.replaceWith(fresh);
  else box.querySelector("[data-said]")?.replaceChildren(text("offline"));
  if (fresh?.dataset.place) settle(form, fresh.dataset.place);
  const same = typed(form) === sent;
  if (fresh?.dataset.state === "saved" && same) form.dispatchEvent(new CustomEvent("market:saved", { bubbles: true }));
  if (state.wanted) form.requestSubmit(state.submitter?.isConnected ? state.submitter : undefined);
  else if (!same) plan(form);
  state.wanted = false;
}

/** @param {HTMLFormElement} form @param {URLSearchParams} body @returns {Promise<HTMLElement | null>} */
async function answer(form, body) {
  const token = /** @type {HTMLMetaElement | null} */ (document.querySelector("meta[name=csrf-token]"))?.content ?? "";
  try {
    const found = await fetch(form.action, { method: "POST", body, headers: { "X-CSRF-Token": token } });
    if (found.status === 401) location.reload();
    const page = new DOMParser().parseFromString(await found.text(), "text/html");
    const box = page.getElementById("saving");
    return box && document.adoptNode(box);
  } catch {
    return null;
  }
}

/** The first saving of a new draft: from here on it is the one at `place`. @param {HTMLFormElement} form @param {string} place */
function settle(form, place) {
  form.action = place;
  form.querySelector("[name=idempotency_key]")?.remove();
  form.dataset.draftBefore = form.dataset.draft;
  form.dataset.draft = `rfq-${place.split("/")[2]}`;
  history.replaceState(history.state, "", place);
}

/** @param {ParentNode} root */
export function saveDrafts(root) {
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (root.querySelectorAll("form[data-autosave]"))) {
    if (forms.has(form)) continue;
    forms.set(form, { busy: false, timer: 0, wanted: false, submitter: null });
    form.addEventListener("input", () => plan(form));
  }
}

// A form that is being saved is sent by its button as soon as the answer is there: both would hold the same version.
document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const state = forms.get(form);
  if (!state) return;
  clearTimeout(state.timer);
  if (!state.busy) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  state.wanted = true;
  state.submitter = event.submitter;
}, true);
