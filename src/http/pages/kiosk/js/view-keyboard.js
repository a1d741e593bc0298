// An on-screen keyboard for letters and digits: flight numbers, gates, English. Chinese is typed with the system's own.

import { element, icon, setAttribute } from "./dom.js";
import { strings } from "./strings.js";
import { View } from "./view.js";

const ROWS = ["1234567890", "qwertyuiop", "asdfghjkl'", "zxcvbnm,.?"];

export class Keyboard extends View {
  build() {
    this.hidden = true;
    this.setAttribute("role", "group");
    // a press must not take the focus, and so the caret, from the field
    this.addEventListener("pointerdown", (event) => event.preventDefault());
    const rows = ROWS.map((row) => element("div", { class: "keys" }, ...[...row].map((letter) => this.#key(letter, letter, () => this.#type(letter)))));
    this.space = this.#key("", "space", () => this.#type(" "), "space");
    this.enter = this.#key("", "enter", () => this.field.form.requestSubmit(), "enter");
    this.erase = this.#key("", "erase", () => this.#erase(), "wide");
    this.erase.replaceChildren(icon("erase"));
    this.away = this.#key("", "hide", () => this.page.state.set({ keyboard: false }), "wide");
    this.away.replaceChildren(icon("hide"));
    this.system = this.#key("", "system", () => this.#useSystem(), "wide");
    this.append(...rows, element("div", { class: "keys" }, this.away, this.system, this.space, this.erase, this.enter));
  }

  show(now) {
    this.hidden = !now.keyboard;
    const say = strings(now.language);
    setAttribute(this, "aria-label", say.keyboard);
    setAttribute(this.erase, "aria-label", say.keyDelete);
    setAttribute(this.away, "aria-label", say.keyHide);
    this.space.textContent = say.keySpace;
    this.enter.textContent = say.ask;
    this.system.textContent = say.keySystem;
    this.system.hidden = now.language === "en";
  }

  get field() {
    return document.querySelector("usher-ask input");
  }

  #key(label, name, onPress, className = null) {
    return element("button", { type: "button", tabindex: "-1", class: className, text: label, testid: `key-${name}`, on: { click: onPress } });
  }

  #type(letter) {
    const { field } = this;
    const { selectionStart: from, selectionEnd: to } = field;
    const startsText = from === 0 && /[a-z]/.test(letter);
    field.setRangeText(startsText ? letter.toUpperCase() : letter, from, to, "end");
    this.#changed(field);
  }

  #erase() {
    const { field } = this;
    const { selectionStart: from, selectionEnd: to } = field;
    field.setRangeText("", from === to ? Math.max(0, from - 1) : from, to, "end");
    this.#changed(field);
  }

  #changed(field) {
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** The field is focused anew, without `inputmode=none`, so that the system's input method comes. */
  #useSystem() {
    const { field } = this;
    this.page.state.set({ keyboard: false });
    field.blur();
    requestAnimationFrame(() => field.focus());
  }
}
