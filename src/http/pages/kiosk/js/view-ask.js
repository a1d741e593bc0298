// The ask field. On a kiosk a touch brings the on-screen keyboard; a real key sends it away.

import { button, element, setAttribute } from "./dom.js";
import { strings } from "./strings.js";
import { View } from "./view.js";

const KIOSK_WIDTH = "(width >= 700px)"; // narrower screens are phones, which bring their own keyboard

export class Ask extends View {
  build() {
    this.input = element("input", {
      type: "text", name: "question", maxlength: 2000, dir: "auto", testid: "ask-input", enterkeyhint: "send",
      autocomplete: "off", autocorrect: "off", autocapitalize: "sentences", spellcheck: "false",
      on: {
        input: () => this.page.state.set({ draft: this.input.value }),
        pointerdown: (event) => this.#expectKeys(event),
        click: () => this.input.inputMode === "none" && this.page.state.set({ keyboard: true }),
        keydown: (event) => event.isTrusted && event.key !== "Tab" && this.page.state.set({ keyboard: false }),
      },
    });
    this.send = button({ label: "", iconId: "send", className: "primary", testid: "ask-send" });
    this.send.type = "submit";
    this.form = element("form", { class: "ask", role: "search", on: { submit: (event) => this.#submit(event) } }, this.input, this.send);
    this.append(this.form);
  }

  show(now, before) {
    const say = strings(now.language);
    this.input.placeholder = say.askPlaceholder;
    setAttribute(this.input, "aria-label", say.askPlaceholder);
    this.send.lastElementChild.textContent = say.ask;
    if (this.input.value !== now.draft) this.input.value = now.draft;
    if (before.keyboard && !now.keyboard) this.input.removeAttribute("inputmode");
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

  /** Before the focus, so that the system's keyboard stays away; ours comes with the click, when nothing under the finger can move. */
  #expectKeys(event) {
    if (event.pointerType === "touch" && matchMedia(KIOSK_WIDTH).matches) this.input.inputMode = "none";
  }
}
