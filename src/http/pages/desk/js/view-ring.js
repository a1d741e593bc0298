// Somebody rings: who, for how much longer, accept or decline. Takes no focus away: the agent may be typing to another visitor.

import { button, element, icon } from "/shared/dom.js";
import { differs } from "/shared/state.js";
import { View } from "/shared/view.js";
import { elapsed } from "./clock.js";
import { redraw } from "./redraw.js";
import { languageName, strings, word } from "./strings.js";

const REASONS = ["break", "language", "skill", "other"];
const TICK_MS = 200;
/** The server ends a ring; this much later the page no longer waits to hear so. */
const GRACE_MS = 3_000;

export class Ring extends View {
  build() {
    this.setAttribute("role", "region");
    this.said = element("p", { class: "unseen", role: "alert" });
    this.card = element("div", { class: "ring-card" });
    this.append(this.said, this.card);
    setInterval(() => this.#tick(), TICK_MS);
  }

  show(now, before) {
    if (!differs(now, before, "rings", "declining", "language")) return;
    const say = strings(now.language);
    const ring = now.rings.find((one) => !one.declined);
    const previous = before.rings?.find((one) => !one.declined);
    this.ring = ring ?? null;
    this.setAttribute("aria-label", say.ringTitle);
    this.card.hidden = !ring;
    if (ring) this.#draw(say, now, ring);
    if (ring?.case !== previous?.case) this.said.textContent = ring ? say.rings(summary(say, ring.row)) : "";
  }

  #draw(say, now, ring) {
    const { row } = ring;
    const { desk } = this.page;
    this.left = element("span", { class: "left", testid: "ring-left" });
    this.bar = element("span", { class: "bar", "aria-hidden": "true" });
    const more = now.rings.length > 1 && element("span", { class: "tag", text: `+${now.rings.length - 1}` });
    const head = element("div", { class: "ring-head" }, icon("call", "icon lit"), element("h2", { text: say.ringTitle }), more, this.left);
    const facts = element("p", { class: "ring-who" }, element("b", { text: row.code }), element("span", { text: languageName(say, row.language) }), element("span", { text: word(say, "rules", row.rule) }));
    const place = element("p", { class: "soft", text: [row.place, word(say, "topics", row.topic)].filter(Boolean).join(" · "), dir: "auto" });
    const tags = element("p", { class: "tags" }, element("span", { class: "tag" }, icon("clock"), elapsed(row.since)),
      ...(row.needs ?? []).map((need) => element("span", { class: "tag good", text: word(say, "needWords", need) })), ...(row.mood ?? []).map((mood) => element("span", { class: "tag warn", text: word(say, "moods", mood) })));
    const keys = (text) => element("kbd", { text, "aria-hidden": "true" });
    const accept = button({ label: say.accept, iconId: "call", className: "primary large", testid: "accept", "aria-keyshortcuts": "F2 a", onPress: () => desk.accept() });
    const decline = button({ label: say.decline, className: "large", testid: "decline", "aria-expanded": String(now.declining), "aria-keyshortcuts": "F4 d", onPress: () => desk.decline() });
    accept.append(keys("F2"));
    decline.append(keys("F4"));
    redraw(this.card, head, this.bar, facts, place, tags, element("div", { class: "ring-acts" }, accept, decline), now.declining && this.#reasons(say));
    this.#tick();
  }

  #reasons(say) {
    const one = (reason, place) => {
      const choice = button({ label: say.declineReasons[reason], className: "reason", testid: `reason-${reason}`, onPress: () => this.page.desk.declineFor(reason) });
      choice.prepend(element("kbd", { text: String(place + 1), "aria-hidden": "true" }));
      if (reason === "break") choice.append(element("span", { class: "soft", text: say.declineBreak }));
      return choice;
    };
    return element("div", { class: "reasons", role: "group", "aria-label": say.declineWhy }, element("p", { class: "soft", text: say.declineWhy }), ...REASONS.map(one));
  }

  #tick() {
    if (!this.ring) return;
    const { state } = this.page;
    const left = this.ring.until - Date.now();
    this.left.textContent = strings(state.now.language).secondsLeft(Math.max(0, Math.ceil(left / 1000)));
    this.bar.style.setProperty("--left", String(Math.max(0, left / (this.ring.seconds * 1000))));
    if (left < -GRACE_MS) state.set({ rings: state.now.rings.filter((one) => one.case !== this.ring.case) });
  }
}

function summary(say, row) {
  return [languageName(say, row.language), word(say, "rules", row.rule), row.place].filter(Boolean).join(", ");
}
