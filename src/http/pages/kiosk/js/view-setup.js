// What a technician needs at the first start: where the administration is, and the one-time secret. Above the greeting, while nobody administers this appliance.

import { element, icon } from "./dom.js";
import { differs, stage } from "./state.js";
import { strings } from "./strings.js";
import { View } from "./view.js";

export class Setup extends View {
  build() {
    this.dataset.testid = "setup";
    this.setAttribute("role", "complementary");
  }

  show(now, before) {
    if (!differs(now, before, "setup", "view", "turn", "handoff", "language")) return;
    this.hidden = now.setup === null || stage(now) !== "greeting";
    if (this.hidden) return this.replaceChildren();
    const { setupOpen, setupType } = strings(now.language);
    const address = element("code", { text: now.setup.address ?? `${location.origin}/admin` });
    const words = element("p", { class: "words" }, `${setupOpen} `, address, ` ${setupType}`);
    this.replaceChildren(icon("wrench"), words, element("code", { class: "secret", "data-testid": "setup-secret", text: now.setup.secret }));
  }
}
