// The warning before the wipe: how long is left, and the two ways out.

import { button, element, shape } from "./dom.js";
import { strings } from "./strings.js";
import { WARNING_SECONDS } from "./idle.js";
import { View } from "./view.js";

export class IdleWarning extends View {
  build() {
    this.dataset.testid = "idle-warning";
    this.left = shape("circle", { class: "left", cx: 50, cy: 50, r: 46, pathLength: 100 });
    const ring = shape("svg", { viewBox: "0 0 100 100", "aria-hidden": "true" }, shape("circle", { class: "track", cx: 50, cy: 50, r: 46 }), this.left);
    this.number = element("span");
    this.heading = element("h1", { id: "idle-title" });
    this.text = element("p", { id: "idle-text" });
    this.stay = button({ label: "", className: "primary", testid: "idle-stay", onPress: () => this.page.idle.stay() });
    this.clear = button({ label: "", testid: "idle-clear", onPress: () => this.#clearNow() });
    const box = element("div", { class: "box", role: "alertdialog", "aria-labelledby": "idle-title", "aria-describedby": "idle-text" });
    const count = element("div", { class: "count", "aria-hidden": "true" }, ring, this.number);
    box.append(count, this.heading, this.text, element("div", { class: "buttons" }, this.stay, this.clear));
    this.append(box);
  }

  show(now, before) {
    const wasHidden = this.hidden;
    this.hidden = now.idleSeconds === null;
    if (this.hidden) {
      if (!wasHidden) this.returnTo?.focus?.();
      return;
    }
    const say = strings(now.language);
    this.heading.textContent = say.idleTitle;
    this.text.textContent = say.idleText(now.idleSeconds);
    this.stay.textContent = say.stay;
    this.clear.textContent = say.clearNow;
    this.number.textContent = now.idleSeconds;
    this.left.style.strokeDashoffset = String(100 - (100 * (now.idleSeconds - 1)) / (WARNING_SECONDS - 1));
    if (wasHidden || before.idleSeconds === null) this.#take();
  }

  #take() {
    this.returnTo = document.activeElement;
    this.stay.focus();
  }

  #clearNow() {
    this.returnTo = null;
    this.page.idle.stay();
    this.page.conversation.end();
  }
}
