// @ts-check
import { say, text } from "./texts.js";

/** Cells of a text copied from a spreadsheet: tabs between columns, quotes around cells with line ends. @param {string} raw */
export function parseCells(raw) {
  /** @type {string[][]} */
  const rows = [[]];
  const pattern = /(?:"((?:[^"]|"")*)"|([^\t\n]*))(\t|\n|$)/gy;
  const source = raw.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let match = pattern.exec(source); match; match = pattern.exec(source)) {
    rows[rows.length - 1]?.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === "\n") rows.push([]);
    if (match[3] === "") break;
  }
  return rows;
}

/**
 * `<market-grid max="500">` around a table of inputs and one `<template>` row whose names hold `__n__`.
 * A row with `data-more` stands for rows that are not loaded yet. Paste fills cells to the right and down and adds rows; Enter, ↑ and ↓ move between rows; `data-add` adds, `data-remove` removes.
 */
class Grid extends HTMLElement {
  connectedCallback() {
    this.addEventListener("paste", (event) => this.onPaste(event));
    this.addEventListener("keydown", (event) => this.onKey(event));
    this.addEventListener("click", (event) => this.onClick(event));
  }

  get lines() {
    return [...this.querySelectorAll("tbody tr:not([data-more])")];
  }

  /** @param {Element | undefined} row @returns {(HTMLInputElement | HTMLSelectElement)[]} */
  cells(row) {
    const found = row?.querySelectorAll("input:not([type=hidden], [type=checkbox], [type=radio]), select") ?? [];
    return /** @type {(HTMLInputElement | HTMLSelectElement)[]} */ ([...found]);
  }

  /** Adds a row at the end, or returns null when there are `max` already. */
  add() {
    const template = this.querySelector("template");
    if (!template || this.lines.length >= Number(this.getAttribute("max") ?? 500)) return null;
    const numbers = [...this.querySelectorAll("[name]")].map((field) => Number(/-(\d+)-/.exec(field.getAttribute("name") ?? "")?.[1] ?? -1));
    const holder = document.createElement("tbody");
    holder.innerHTML = template.innerHTML.replaceAll("__n__", String(Math.max(-1, ...numbers) + 1));
    const row = holder.querySelector("tr");
    if (row) this.querySelector("tbody")?.append(row);
    return row;
  }

  /** @param {ClipboardEvent} event */
  onPaste(event) {
    const field = /** @type {HTMLInputElement} */ (event.target);
    const raw = event.clipboardData?.getData("text/plain") ?? "";
    const start = this.lines.findIndex((row) => row.contains(field));
    if (start < 0 || !/[\t\n]/.test(raw.trimEnd())) return;
    event.preventDefault();
    const column = this.cells(this.lines[start]).indexOf(field);
    let filled = 0;
    for (const [index, values] of parseCells(raw).entries()) {
      const row = this.lines[start + index] ?? this.add();
      if (!row) break;
      const cells = this.cells(row).slice(column);
      values.forEach((value, at) => cells[at] && fill(cells[at], value.trim()));
      filled += 1;
    }
    say(text("pasted").replace("{n}", String(filled)));
    this.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const field = /** @type {HTMLInputElement} */ (event.target);
    const step = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" || event.key === "Enter" ? 1 : 0;
    if (!step || event.isComposing || event.ctrlKey || event.altKey || field.tagName === "BUTTON") return;
    if (field.tagName === "SELECT" && event.key !== "Enter") return;
    const at = this.lines.findIndex((row) => row.contains(field));
    const column = this.cells(this.lines[at]).indexOf(field);
    if (at < 0 || column < 0) return;
    event.preventDefault();
    const row = this.lines[at + step] ?? (event.key === "Enter" ? this.add() : null);
    this.cells(row ?? undefined)[column]?.focus();
  }

  /** @param {Event} event */
  onClick(event) {
    const button = /** @type {HTMLElement} */ (event.target).closest("button");
    if (button?.matches("[data-add]")) {
      event.preventDefault();
      this.cells(this.add() ?? undefined)[0]?.focus();
    } else if (button?.matches("[data-remove]")) {
      event.preventDefault();
      const row = button.closest("tr");
      const next = row?.nextElementSibling ?? row?.previousElementSibling;
      row?.remove();
      this.cells(next ?? undefined)[0]?.focus();
      this.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
}

/** A select takes the option of that value or text. @param {HTMLInputElement | HTMLSelectElement} field @param {string} value */
function fill(field, value) {
  if (field instanceof HTMLSelectElement) {
    const wanted = value.toLowerCase();
    const option = [...field.options].find((one) => one.value.toLowerCase() === wanted || one.text.trim().toLowerCase() === wanted);
    if (option) field.value = option.value;
  } else {
    field.value = field.type === "date" ? value.replaceAll("/", "-").replace(/\b(\d)\b/g, "0$1") : value;
  }
}

customElements.define("market-grid", Grid);
