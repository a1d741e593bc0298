// A picture of the answer, as large as the screen allows.

import { button, element, setAttribute, words } from "./dom.js";
import { differs } from "./state.js";
import { Sheet } from "./sheet.js";
import { strings } from "./strings.js";

export class Enlarged extends Sheet {
  leave() {
    this.page.state.set({ enlarged: null });
  }

  show(now, before) {
    if (now.enlarged && differs(now, before, "enlarged", "language")) this.#fill(now.enlarged, strings(now.language));
    if (differs(now, before, "enlarged")) this.reveal(now.enlarged !== null);
  }

  #fill({ kind, url, alt, title }, say) {
    setAttribute(this.sheet, "aria-label", title || alt);
    const close = button({ label: say.close, iconId: "close", className: "close", testid: "enlarged-close", onPress: () => this.leave() });
    const head = element("div", { class: "sheet-head" }, element("h2", {}, words(title)), close);
    this.fill(head, element("img", { src: url, alt: alt || title, "data-kind": kind, testid: "enlarged" }));
  }
}
