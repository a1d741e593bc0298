// That the camera is on to notice who stands here, as long as it is; and, when several do, the way to hide the answer.

import { button, element, icon, setIcon } from "./dom.js";
import { stage } from "./state.js";
import { strings } from "./strings.js";
import { View } from "./view.js";

export class PresenceView extends View {
  build() {
    this.dataset.testid = "presence";
    this.sign = icon("eye");
    this.text = element("p", { role: "status" });
    this.hide = button({ label: "", iconId: "eye-off", testid: "veil", onPress: () => this.page.state.set({ veiled: true, enlarged: null, phone: null }) });
    this.append(element("span", { class: "lamp", "aria-hidden": "true" }), this.sign, this.text, this.hide);
  }

  show(now) {
    const say = strings(now.language).sight;
    const isSeenByOthers = now.presence === "several" && stage(now) === "turn";
    this.hidden = !now.watching;
    this.dataset.state = isSeenByOthers ? "several" : "watching";
    const text = now.watching ? (isSeenByOthers ? say.several : say.watching) : "";
    if (this.text.textContent !== text) this.text.textContent = text;
    setIcon(this.sign, isSeenByOthers ? "people" : "eye");
    this.hide.hidden = !isSeenByOthers || now.veiled;
    this.hide.lastElementChild.textContent = say.hide;
  }
}

/** Lies over a hidden answer until it is touched. */
export class Veil extends View {
  build() {
    this.lift = button({ label: "", iconId: "eye", className: "large primary", testid: "unveil" });
    this.append(this.lift);
    this.addEventListener("click", () => this.page.state.set({ veiled: false }));
  }

  show(now, before) {
    this.hidden = !now.veiled || stage(now) !== "turn";
    this.lift.lastElementChild.textContent = strings(now.language).sight.hidden;
    if (now.veiled && !before.veiled) this.lift.focus({ focusVisible: false });
  }
}
