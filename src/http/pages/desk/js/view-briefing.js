// Before the first word: the briefing, and the key that opens the conversation.

import { button, element } from "/shared/dom.js";
import { differs } from "/shared/state.js";
import { View } from "/shared/view.js";
import { brief } from "./brief.js";
import { elapsed } from "./clock.js";
import { current } from "./model.js";
import { redraw } from "./redraw.js";
import { strings } from "./strings.js";

export class Briefing extends View {
  build() {
    const { desk } = this.page;
    this.head = element("header", { class: "page-head" });
    this.body = element("article", { class: "briefing", tabindex: 0, testid: "briefing" });
    this.updated = element("p", { class: "updated", role: "status", testid: "briefing-updated" });
    this.ready = button({ label: "", iconId: "done", className: "primary large", testid: "ready", "aria-keyshortcuts": "F2 r", onPress: () => desk.ready() });
    this.ready.append(element("kbd", { text: "F2", "aria-hidden": "true" }));
    this.back = button({ label: "", className: "large", testid: "briefing-return", onPress: () => desk.askBack() });
    this.append(this.head, this.body, element("footer", { class: "briefing-foot" }, this.updated, this.back, this.ready));
  }

  show(now, before) {
    const one = current(now);
    this.hidden = one?.state !== "briefing";
    if (this.hidden) return;
    const previous = before.cases?.[one.id];
    const isNew = before.current !== now.current || previous?.state !== "briefing";
    if (!isNew && !differs(now, before, "language") && previous?.package === one.package) return;
    const say = strings(now.language);
    redraw(this.head, element("h1", {}, `${say.briefing} `, element("span", { class: "code", text: one.code })), elapsed(one.since, { class: "elapsed tag" }), element("p", { class: "soft", text: say.briefingNote }));
    redraw(this.body, ...brief(one, now.language));
    this.updated.textContent = one.updated ? say.updated : "";
    this.ready.children[1].textContent = say.ready;
    this.ready.title = say.readyNote;
    this.back.lastElementChild.textContent = say.back;
    if (!isNew) return this.#flash();
    this.body.scrollTop = 0;
    this.body.setAttribute("aria-label", `${say.briefing} ${one.code}`);
    if (!document.activeElement?.matches("textarea, input")) this.body.focus({ preventScroll: true });
  }

  /** What came in is shown quietly where it stands. */
  #flash() {
    this.body.classList.remove("fresh");
    void this.body.offsetWidth;
    this.body.classList.add("fresh");
  }
}
