// What is touched while a person has the visit, in the dock where usher's own controls stood: the line to write, how to talk,
// and the end.

import { button, element, setAttribute } from "./dom.js";
import { joinKeyboard } from "./field.js";
import { handoffPanel } from "./state.js";
import { strings } from "./strings.js";
import { View } from "./view.js";

const MODES = { text: "keyboard", voice: "mic", video: "video" };
const LINE_CHARS_MAX = 500;

export class HandoffControls extends View {
  build() {
    const { handoff, call } = this.page;
    this.modes = Object.entries(MODES).map(([mode, iconId]) => button({ label: "", iconId, id: `handoff-${mode}`, onPress: () => call.allow(mode) }));
    this.media = element("div", { class: "media", role: "group", id: "handoff-media" }, ...this.modes);
    this.waits = element("p", { class: "media-note", role: "status" });
    this.hangUp = button({ label: "", iconId: "hang-up", className: "large hang-up", id: "handoff-hang-up", onPress: () => handoff.hangUp() });
    this.cancel = button({ label: "", iconId: "close", className: "large", id: "handoff-cancel-talk", onPress: () => handoff.cancel() });
    this.#buildForm();
    this.append(this.media, this.waits, element("div", { class: "talk-bar" }, this.form, this.cancel, this.hangUp));
  }

  #buildForm() {
    const { lines, state } = this.page;
    this.input = element("input", {
      type: "text", name: "line", id: "handoff-message", maxlength: LINE_CHARS_MAX, dir: "auto", enterkeyhint: "send",
      autocomplete: "off", autocorrect: "off", autocapitalize: "sentences", spellcheck: "false", on: { input: () => lines.type(this.input.value) },
    });
    joinKeyboard(this.input, state);
    this.send = button({ label: "", iconId: "send", className: "primary", id: "handoff-send" });
    this.send.type = "submit";
    this.form = element("form", { class: "ask", on: { submit: (event) => this.#submit(event) } }, this.input, this.send);
  }

  show(now) {
    const { handoff } = now;
    const panel = handoffPanel(now);
    this.hidden = panel !== "live" && panel !== "note";
    if (this.input.value !== now.line) this.input.value = now.line;
    if (this.hidden) return;
    const say = strings(now.language).handoff;
    this.form.hidden = panel !== "live";
    this.hangUp.hidden = !handoff.actions.includes("hang_up");
    this.cancel.hidden = !handoff.actions.includes("cancel");
    this.hangUp.lastElementChild.textContent = say.hangUp;
    this.cancel.lastElementChild.textContent = say.cancel;
    this.send.lastElementChild.textContent = this.input.dataset.enter = say.sendLine;
    this.input.placeholder = say.write(handoff.agent || say.someone);
    setAttribute(this.input, "aria-label", this.input.placeholder);
    this.#showMedia(now, say);
  }

  #showMedia({ handoff, allowed, devices }, say) {
    const isLive = handoffPanel(this.page.state.now) === "live";
    Object.keys(MODES).forEach((mode, index) => {
      const node = this.modes[index];
      node.hidden = !handoff.actions.includes(mode) && allowed !== mode;
      node.lastElementChild.textContent = say.modes[mode];
      setAttribute(node, "aria-pressed", String(allowed === mode));
    });
    // writing is the only way there is: nothing to choose
    this.media.hidden = !isLive || this.modes.slice(1).every(({ hidden }) => hidden);
    setAttribute(this.media, "aria-label", say.media);
    const person = handoff.agent || say.someone;
    const isOffered = isLive && allowed === "text" && handoff.offered !== "text";
    const isWaiting = isLive && allowed !== "text" && devices === null;
    this.waits.textContent = isOffered ? say.wouldLike[handoff.offered](person) : isWaiting ? say.allowed[allowed](person) : "";
  }

  #submit(event) {
    event.preventDefault();
    const { lines } = this.page;
    lines.type(this.input.value);
    lines.send();
    this.input.focus();
  }
}
