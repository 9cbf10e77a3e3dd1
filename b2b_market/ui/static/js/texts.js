// @ts-check
// Sentences come from the server in the reader's language, on the element #texts.

/** @param {string} name */
export const text = (name) => document.getElementById("texts")?.dataset[name] ?? "";

/** Shows a message above the content and reads it out. @param {string} message @param {"ok" | "warn" | "bad"} [tone] */
export function say(message, tone = "ok") {
  const box = document.createElement("div");
  box.className = `notice flash ${tone}`;
  const line = document.createElement("p");
  line.textContent = message;
  box.append(line);
  const flashes = document.getElementById("flashes");
  flashes?.querySelectorAll(".said").forEach((old) => old.remove());
  box.classList.add("said");
  flashes?.append(box);
  if (tone === "ok") setTimeout(() => box.remove(), 6000);
}

/** Asks in the confirm dialog. @param {string} question @returns {Promise<boolean>} */
export function ask(question) {
  const dialog = /** @type {HTMLDialogElement | null} */ (document.getElementById("confirm"));
  const line = dialog?.querySelector("[data-confirm-text]");
  if (!dialog?.showModal || !line) return Promise.resolve(confirm(question));
  line.textContent = question;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}
