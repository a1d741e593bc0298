// The hand-over when it fills the screen: holds its panels, and brings the focus to each as it comes.

import { element, setAttribute } from "./dom.js";
import { handoffPanel } from "./state.js";
import { LANGUAGES, strings } from "./strings.js";
import { View } from "./view.js";

export class HandoffStage extends View {
  build() {
    this.setAttribute("tabindex", "-1");
    this.setAttribute("role", "region");
  }

  show(now, before) {
    const panel = handoffPanel(now);
    this.hidden = panel === null;
    this.dataset.state = now.handoff?.state ?? "bot";
    this.dataset.mode = now.handoff?.mode ?? "text";
    setAttribute(this, "data-panel", panel);
    setAttribute(this, "aria-label", strings(now.language).handoff.live);
    if (before.site && panel !== handoffPanel(before)) this.#move(panel);
  }

  /** Where the reader is, the focus is. */
  #move(panel) {
    const stage = this.parentElement;
    stage.scrollTop = 0;
    const target = panel === null ? stage : this;
    target.focus({ preventScroll: true, focusVisible: false });
  }
}

/** The whole screen has one thing to say: someone reads what was told, or the line is broken. */
export class HandoffNote extends View {
  build() {
    this.mark = element("span", { class: "note-mark", "aria-hidden": "true" }, element("i"), element("b"));
    this.heading = element("h1");
    this.text = element("p", { class: "note-text" });
    this.message = element("p", { class: "note-message", dir: "auto" });
    this.code = element("p", { class: "note-code", id: "handoff-code" });
    this.append(this.mark, this.heading, this.text, this.message, this.code);
  }

  show(now) {
    this.hidden = handoffPanel(now) !== "note";
    const say = strings(now.language).handoff;
    const isLost = now.handoff?.state === "lost_link";
    const name = now.handoff?.agent ?? "";
    this.mark.lastElementChild.textContent = initial(name);
    this.dataset.state = now.handoff?.state ?? "";
    this.heading.textContent = this.hidden ? "" : isLost ? say.lost : say.briefing(name || say.someone);
    this.text.textContent = this.hidden ? "" : isLost ? say.lostText : say.briefingText;
    this.message.textContent = now.handoff?.message ?? "";
    this.code.replaceChildren(...(isLost && now.handoff.code ? [`${say.code} `, element("strong", { dir: "ltr", text: now.handoff.code })] : []));
    this.lang = LANGUAGES[now.language].tag;
  }
}

/** The first letter of a name, for a picture that is not there. */
export function initial(name) {
  return [...name.trim()][0]?.toUpperCase() ?? "";
}
