// The form for a call back: a name if the visitor likes, a number, and what becomes of it.

import { button, element, setAttribute } from "./dom.js";
import { joinKeyboard } from "./field.js";
import { handoffPanel } from "./state.js";
import { strings } from "./strings.js";
import { View } from "./view.js";

export class HandoffCallback extends View {
  build() {
    this.heading = element("h1");
    this.name = this.#field("name", { type: "text", maxlength: 60, enterkeyhint: "next", dir: "auto" });
    this.phone = this.#field("phone", { type: "tel", maxlength: 24, enterkeyhint: "send", dir: "ltr", required: true, "aria-describedby": "handoff-phone-fault" });
    this.fault = element("p", { class: "fault", id: "handoff-phone-fault", role: "alert", hidden: true });
    this.consent = element("p", { class: "hint" });
    this.book = button({ label: "", iconId: "call", className: "primary large", id: "handoff-book" });
    this.book.type = "submit";
    this.back = button({ label: "", iconId: "back", className: "large", id: "handoff-callback-back", onPress: () => this.page.handoff.open(null) });
    const buttons = element("div", { class: "panel-buttons" }, this.book, this.back);
    // our own sentence in the visitor's language, not the browser's
    const form = element("form", { class: "callback", novalidate: true, on: { submit: (event) => this.#submit(event) } });
    form.append(this.name.label, this.phone.label, this.fault, this.consent, buttons);
    this.append(this.heading, form);
  }

  show(now) {
    this.hidden = handoffPanel(now) !== "callback";
    const say = strings(now.language).handoff;
    this.heading.textContent = say.bookTitle;
    this.name.term.textContent = say.name;
    this.phone.term.textContent = say.phone;
    this.consent.textContent = say.consent;
    this.book.lastElementChild.textContent = say.book;
    this.back.lastElementChild.textContent = say.back;
    this.name.input.dataset.enter = say.next;
    this.phone.input.dataset.enter = say.book;
    this.fault.textContent = say.phoneWrong;
    for (const { input } of [this.name, this.phone]) if (input.value !== now.booking[input.name]) input.value = now.booking[input.name];
    if (this.hidden) this.#blame(false);
  }

  #field(name, attributes) {
    const term = element("span");
    const input = element("input", { name, id: `handoff-${name}`, autocomplete: "off", spellcheck: "false", on: { input: () => this.#typed(input) }, ...attributes });
    joinKeyboard(input, this.page.state);
    return { label: element("label", { class: "field" }, term, input), term, input };
  }

  #typed(input) {
    const { state } = this.page;
    state.set({ booking: { ...state.now.booking, [input.name]: input.value } });
    this.#blame(false);
  }

  /** Enter in the name goes on to the number. */
  #submit(event) {
    event.preventDefault();
    const { state, handoff } = this.page;
    if (state.now.booking.phone === "" && state.now.keyboard === "name") return this.#goOn();
    const isBooked = handoff.callBack();
    this.#blame(!isBooked);
    if (!isBooked) this.phone.input.focus();
    return undefined;
  }

  #goOn() {
    this.phone.input.inputMode = "none";
    this.phone.input.focus();
    this.page.state.set({ keyboard: "phone" });
  }

  #blame(isWrong) {
    this.fault.hidden = !isWrong;
    setAttribute(this.phone.input, "aria-invalid", isWrong ? "true" : null);
  }
}
