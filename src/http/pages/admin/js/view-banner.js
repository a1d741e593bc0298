// What is said above and below everything: the link that is lost, and the short word after an act.

import { button, element, icon } from "/shared/dom.js";
import { differs } from "/shared/state.js";
import { View } from "/shared/view.js";
import { redraw } from "./redraw.js";
import { strings } from "./strings.js";

const NOTICE_MS = 7_000;

export class Banner extends View {
  build() {
    this.setAttribute("role", "status");
  }

  show(now, before) {
    this.hidden = now.link !== "lost";
    if (this.hidden || !differs(now, before, "link", "language", "restarting")) return;
    const say = strings(now.language);
    redraw(this, element("span", { class: "spinner" }), element("span", { text: now.restarting ? say.restarting : say.linkLost }));
  }
}

export class Notice extends View {
  #timer = null;

  build() {
    this.setAttribute("role", "status");
    this.testId = "notice";
  }

  show(now, before) {
    if (!differs(now, before, "notice", "language")) return;
    clearTimeout(this.#timer);
    this.hidden = !now.notice;
    if (this.hidden) return;
    const close = button({
      iconId: "close",
      className: "quiet icon-only",
      "aria-label": strings(now.language).close,
      onPress: () => this.page.state.set({ notice: null }),
    });
    redraw(this, icon(now.notice.tone === "bad" ? "alert" : "done"), element("span", { text: now.notice.text, testid: "notice" }), close);
    if (now.notice.tone !== "bad") this.#timer = setTimeout(() => this.page.state.set({ notice: null }), NOTICE_MS);
  }
}
