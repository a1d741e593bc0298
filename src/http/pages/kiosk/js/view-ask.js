// The ask field, and beside it the way to show something instead of saying it.

import { button, element, setAttribute } from "./dom.js";
import { joinKeyboard } from "./field.js";
import { isHeld } from "./state.js";
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
    this.camera = button({ label: "", iconId: "camera", className: "show-me", testid: "show-me", onPress: () => this.page.reading.toggle() });
    this.append(this.form, this.camera);
  }

  show(now) {
    const say = strings(now.language);
    this.input.placeholder = now.reading ? say.sight.askAboutIt : say.askPlaceholder;
    setAttribute(this.input, "aria-label", this.input.placeholder);
    this.send.lastElementChild.textContent = say.ask;
    if (this.input.value !== now.draft) this.input.value = now.draft;
    this.#showCamera(now, say.sight);
  }

  #showCamera(now, say) {
    this.camera.hidden = !now.camera.reading;
    this.camera.disabled = now.link !== "open" || isHeld(now);
    this.camera.lastElementChild.textContent = say.show;
    this.camera.title = say.showName;
    setAttribute(this.camera, "aria-label", say.showName);
    setAttribute(this.camera, "aria-pressed", String(now.reading !== null));
  }

  #submit(event) {
    event.preventDefault();
    const { state, conversation, reading } = this.page;
    if (state.now.reading === "on") {
      reading.take(); // the question is about what the camera sees
      this.input.blur();
      return;
    }
    if (!conversation.ask(this.input.value)) {
      this.input.focus();
      return;
    }
    state.set({ draft: "" });
    this.input.blur();
  }
}
