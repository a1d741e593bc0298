// Where one is: the queue, and one tab for each visitor of one's own, with what waits there.

import { button, element, icon } from "/shared/dom.js";
import { differs } from "/shared/state.js";
import { View } from "/shared/view.js";
import { elapsed } from "./clock.js";
import { isEnding } from "./model.js";
import { redraw } from "./redraw.js";
import { languageName, languageTag, strings, word } from "./strings.js";

export class Tabs extends View {
  build() {
    this.setAttribute("role", "navigation");
  }

  show(now, before) {
    if (!differs(now, before, "language", "cases", "current", "waiting")) return;
    const say = strings(now.language);
    const waiting = now.waiting.filter((row) => ["queued", "ringing", "requested"].includes(row.state));
    const cases = Object.values(now.cases);
    this.setAttribute("aria-label", say.myVisitors);
    redraw(this, this.#queue(say, waiting, now), element("h2", { class: "tabs-title", text: say.myVisitors, hidden: cases.length === 0 }),
      ...cases.map((one) => this.#tab(say, one, now)));
    if (differs(now, before, "current")) this.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #queue(say, waiting, now) {
    const oldest = waiting[0] && elapsed(waiting[0].since);
    return element("button", { type: "button", class: "tab", testid: "tab-queue", "aria-current": now.current === null ? "page" : null, on: { click: () => this.page.desk.open(null) } },
      icon("queue"), element("span", { class: "tab-name", text: say.queue }),
      element("span", { class: `count${waiting.length > 0 ? " some" : ""}`, text: String(waiting.length), testid: "queue-count" }), oldest);
  }

  #tab(say, one, now) {
    const unread = one.unread > 0 && element("span", { class: "unread", text: String(one.unread), "aria-label": say.unread(one.unread), testid: `unread-${one.code}` });
    const preview = one.typing ? `${one.typing} …` : one.messages.findLast((line) => line.from === "visitor")?.text ?? one.package.need;
    const state = isEnding(one) ? "wrap_up" : one.state;
    const lines = [
      element("span", { class: "tab-name" }, element("b", { text: one.code }), element("span", { class: "soft", text: languageName(say, one.language) }), one.call && icon(one.mode === "video" ? "video" : "mic")),
      element("span", { class: `tag state-${state}`, text: word(say, "stages", state) }), unread,
      element("span", { class: `preview${one.typing ? " live" : ""}`, lang: languageTag(one.language), dir: "auto", text: preview }), elapsed(one.since),
    ];
    return element("button", { type: "button", class: "tab visitor", testid: `tab-${one.code}`, "aria-current": now.current === one.id ? "page" : null, on: { click: () => this.page.desk.open(one.id) } }, ...lines);
  }
}
