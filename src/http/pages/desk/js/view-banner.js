// What is wrong with the whole page: the connection, or a newer page that took over. And, below, what just happened.

import { button, element, icon } from "/shared/dom.js";
import { differs } from "/shared/state.js";
import { View } from "/shared/view.js";
import { redraw } from "./redraw.js";
import { strings } from "./strings.js";

const NOTICE_MS = 6_000;

export class Banner extends View {
  build() {
    this.setAttribute("role", "alert");
  }

  show(now, before) {
    if (!differs(now, before, "link", "language", "view")) return;
    const kind = now.view === "desk" && ["lost", "replaced"].includes(now.link) ? now.link : null;
    this.hidden = !kind;
    this.dataset.kind = kind ?? "";
    const say = strings(now.language);
    if (kind === "lost") redraw(this, icon("alert"), element("b", { text: say.linkLost }), element("span", { text: say.linkLostNote }));
    else if (kind === "replaced") redraw(this, icon("alert"), element("b", { text: say.replaced }), element("span", { text: say.replacedNote }), button({ label: say.takeOver, testid: "take-over", onPress: () => this.page.gate.takeOver() }));
    else redraw(this);
  }
}

export class Notice extends View {
  build() {
    this.setAttribute("role", "status");
    this.timer = 0;
  }

  show(now, before) {
    if (!differs(now, before, "notice", "language")) return;
    const { notice } = now;
    const say = strings(now.language);
    const text = notice && (notice.text ?? (notice.family ? say[notice.family][notice.code] ?? notice.code : say[notice.key]));
    this.hidden = !text;
    redraw(this, text && element("span", { text }), text && button({ iconId: "close", label: "", className: "quiet icon-only", "aria-label": say.dismiss, onPress: () => this.#dismiss() }));
    clearTimeout(this.timer);
    if (text) this.timer = setTimeout(() => this.#dismiss(), NOTICE_MS);
  }

  #dismiss() {
    this.page.state.set({ notice: null });
  }
}
