// An on-screen keyboard for letters and digits: flight numbers, gates, English. Chinese is typed with the system's own.
// For a telephone number it is a number pad.

import { element, icon, setAttribute } from "./dom.js";
import { joinedField } from "./field.js";
import { strings } from "./strings.js";
import { View } from "./view.js";

const ROWS = ["1234567890", "qwertyuiop", "asdfghjkl'", "zxcvbnm,.?"];
const NUMBER_ROWS = ["123", "456", "789", "+0-"];

export class Keyboard extends View {
  build() {
    this.hidden = true;
    this.setAttribute("role", "group");
    // a press must not take the focus, and so the caret, from the field
    this.addEventListener("pointerdown", (event) => event.preventDefault());
    this.letters = this.#rows(ROWS, "key");
    this.numbers = this.#rows(NUMBER_ROWS, "number");
    this.space = this.#key("", "space", () => this.#type(" "), "space");
    this.enter = this.#key("", "enter", () => this.field.form.requestSubmit(), "enter");
    this.erase = this.#key("", "erase", () => this.#erase(), "wide");
    this.erase.replaceChildren(icon("erase"));
    this.away = this.#key("", "hide", () => this.page.state.set({ keyboard: null }), "wide");
    this.away.replaceChildren(icon("hide"));
    this.system = this.#key("", "system", () => this.#useSystem(), "wide");
    this.append(this.letters, this.numbers, element("div", { class: "keys" }, this.away, this.system, this.space, this.erase, this.enter));
  }

  show(now) {
    this.hidden = now.keyboard === null;
    if (this.hidden) return;
    const say = strings(now.language);
    const isNumber = this.field?.type === "tel";
    this.letters.hidden = isNumber;
    this.numbers.hidden = !isNumber;
    this.space.hidden = isNumber;
    setAttribute(this, "aria-label", say.keyboard);
    setAttribute(this.erase, "aria-label", say.keyDelete);
    setAttribute(this.away, "aria-label", say.keyHide);
    this.space.textContent = say.keySpace;
    this.enter.textContent = this.field?.dataset.enter ?? say.ask;
    this.system.textContent = say.keySystem;
    this.system.hidden = now.language === "en" || isNumber;
  }

  get field() {
    return joinedField(this.page.state.now.keyboard);
  }

  #rows(rows, prefix) {
    const key = (letter) => this.#key(letter, letter, () => this.#type(letter), null, prefix);
    return element("div", { class: "board" }, ...rows.map((row) => element("div", { class: "keys" }, ...[...row].map(key))));
  }

  #key(label, name, onPress, className = null, prefix = "key") {
    return element("button", { type: "button", tabindex: "-1", class: className, text: label, testid: `${prefix}-${name}`, on: { click: onPress } });
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
    this.page.state.set({ keyboard: null });
    field.blur();
    requestAnimationFrame(() => field.focus());
  }
}
