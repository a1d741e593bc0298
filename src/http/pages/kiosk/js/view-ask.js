// The ask field.

import { button, element, setAttribute } from "./dom.js";
import { joinKeyboard } from "./field.js";
import { strings } from "./strings.js";
import { View } from "./view.js";

export class Ask extends View {
  build() {
    this.input = element("input", {
      type: "text", name: "question", maxlength: 2000, dir: "auto", testid: "ask-input", enterkeyhint: "send",
      autocomplete: "off", autocorrect: "off", autocapitalize: "sentences", spellcheck: "false",
      on: { input: () => this.page.state.set({ draft: this.input.value }) },
    });
    joinKeyboard(this.input, this.page.state);
    this.send = button({ label: "", iconId: "send", className: "primary", testid: "ask-send" });
    this.send.type = "submit";
    this.form = element("form", { class: "ask", role: "search", on: { submit: (event) => this.#submit(event) } }, this.input, this.send);
    this.append(this.form);
  }

  show(now) {
    const say = strings(now.language);
    this.input.placeholder = say.askPlaceholder;
    setAttribute(this.input, "aria-label", say.askPlaceholder);
    this.send.lastElementChild.textContent = say.ask;
    if (this.input.value !== now.draft) this.input.value = now.draft;
  }

  #submit(event) {
    event.preventDefault();
    const { state, conversation } = this.page;
    if (!conversation.ask(this.input.value)) {
      this.input.focus();
      return;
    }
    state.set({ draft: "" });
    this.input.blur();
  }
}
