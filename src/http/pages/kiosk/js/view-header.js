// The top line: the site's mark and name, and the time at the site.

import { element, icon } from "./dom.js";
import { differs } from "./state.js";
import { LANGUAGES, pick } from "./strings.js";
import { View } from "./view.js";

const MARKS = ["plane", "bank"];

export class Header extends View {
  build() {
    this.setAttribute("role", "banner");
    this.mark = element("span", { class: "mark", "aria-hidden": "true" });
    this.name = element("p", { class: "site-name" });
    this.time = element("span", { class: "time" });
    this.date = element("span", { class: "date" });
    this.append(this.mark, this.name, element("p", { class: "now" }, this.time, this.date));
    setInterval(() => this.#tick(), 1000);
  }

  show(now, before) {
    if (!differs(now, before, "site", "language")) return;
    const name = pick(now.site.name, now.language);
    this.name.textContent = name;
    this.name.lang = LANGUAGES[now.language].tag;
    const { mark } = now.site.theme;
    this.mark.replaceChildren(MARKS.includes(mark) ? icon(mark) : [...(name || "·")][0]);
    this.#tick();
  }

  #tick() {
    const { language, site } = this.page.state.now;
    const { clock } = LANGUAGES[language];
    const { timeZone } = site;
    const now = new Date();
    this.time.textContent = now.toLocaleTimeString(clock, { hour: "2-digit", minute: "2-digit", timeZone });
    this.date.textContent = now.toLocaleDateString(clock, { weekday: "long", day: "numeric", month: "long", timeZone });
  }
}
