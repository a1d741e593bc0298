// Hand-over: how people are reached, and whether the way is open now. Changing it is done in the settings.

import { element, icon } from "/shared/dom.js";
import { linksCard } from "./links.js";
import { Page } from "./page.js";
import { card, facts, goTo } from "./parts.js";
import { link } from "./routes.js";
import { word } from "./strings.js";
import { HANDOFF } from "./strings-handoff.js";

const FRESH_MS = 5_000;

export default class Handoff extends Page {
  static words = HANDOFF;

  constructor(...given) {
    super(...given);
    this.every(FRESH_MS, () => this.reload(true));
  }

  async load() {
    const [settings, health] = await Promise.all([this.handoff ? null : this.api.get("settings"), this.api.get("health")]);
    if (settings) Object.assign(this, { handoff: settings.values.handoff, id: settings.values.id });
    this.links = health.links;
    return this.links;
  }

  body() {
    const { say, handoff, id } = this;
    const desk =
      handoff.desk?.link === "local" &&
      element("a", { class: "button", href: "/desk", target: "_blank", rel: "noopener" }, element("span", { text: say.openDesk }), icon("external"));
    const hours =
      handoff.hours?.length > 0 ? handoff.hours.map((one) => `${one.days.map((day) => say.days[day]).join(", ")} ${one.from}–${one.to}`).join("; ") : say.always;
    const pairs = [
      handoff.desk?.url && [say.address, element("span", { class: "mono breaks", text: handoff.desk.url })],
      [say.kiosk, handoff.kiosk ?? `${id}-1`],
      [say.hours, hours],
      [say.webhook, handoff.webhook?.url ?? say.none],
    ];
    const people =
      handoff.desk?.link === "local" &&
      element("p", { class: "small soft" }, element("span", { text: `${say.people} ` }), element("code", { text: "usher desk agent add NAME" }));
    return [
      this.head(say.pages.handoff, say.lead, desk),
      card({ title: word(say, "ways", handoff.desk?.link), note: say.way, acts: [goTo(link("settings", "handoff"), say.change)] }, facts(pairs), people),
      linksCard(say, this.links, this.language),
    ];
  }
}
