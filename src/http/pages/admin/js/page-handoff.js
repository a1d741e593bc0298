// Hand-over: how people are reached, and whether the way is open now. Changing it is done in the settings.

import { element, icon } from "/shared/dom.js";
import { number } from "./format.js";
import { Page } from "./page.js";
import { card, empty, facts, goTo, tag } from "./parts.js";
import { link } from "./routes.js";
import { word } from "./strings.js";
import { HANDOFF } from "./strings-handoff.js";

const FRESH_MS = 5_000;
const TONES = { up: "good", down: "bad", off: "" };

export default class Handoff extends Page {
  static words = HANDOFF;

  constructor(...given) {
    super(...given);
    this.every(FRESH_MS, () => this.reload(true));
  }

  async load() {
    const [settings, health] = await Promise.all([this.handoff ? null : this.api.get("settings"), this.api.get("health")]);
    if (settings) this.handoff = settings.values.handoff;
    this.health = health;
    return [health.links, health.queue];
  }

  body() {
    const { say, handoff, health } = this;
    const desk =
      handoff.desk?.link === "local" &&
      element("a", { class: "button", href: "/desk", target: "_blank", rel: "noopener" }, element("span", { text: say.openDesk }), icon("external"));
    const hours =
      handoff.hours?.length > 0 ? handoff.hours.map((one) => `${one.days.map((day) => say.days[day]).join(", ")} ${one.from}–${one.to}`).join("; ") : say.always;
    const pairs = [
      handoff.desk?.url && [say.address, element("span", { class: "mono breaks", text: handoff.desk.url })],
      [say.kiosk, handoff.kiosk ?? say.defaultName],
      [say.hours, hours],
      [say.webhook, handoff.webhook?.url ?? say.none],
      [say.queue, number(health.queue, this.language)],
    ];
    const people =
      handoff.desk?.link === "local" &&
      element("p", { class: "small soft" }, element("span", { text: `${say.people} ` }), element("code", { text: "usher desk agent add NAME" }));
    return [
      this.head(say.pages.handoff, say.lead, desk),
      card({ title: word(say, "ways", handoff.desk?.link), note: say.way, acts: [goTo(link("settings", "handoff"), say.change)] }, facts(pairs), people),
      this.#links(say, health.links),
    ];
  }

  #links(say, links) {
    if (links.length === 0) return card({ title: say.links }, empty("handoff", say.noLinks, say.noLinksNote));
    const row = (one) =>
      element(
        "div",
        { class: "row" },
        element(
          "div",
          { class: "grow" },
          element("b", { class: "small", text: one.name }),
          one.detail && element("span", { class: "fine soft breaks", text: one.detail }),
        ),
        tag(say.linkStates[one.state], TONES[one.state]),
      );
    return card({ title: say.links, className: "flush" }, element("div", { class: "rows" }, ...links.map(row)));
  }
}
