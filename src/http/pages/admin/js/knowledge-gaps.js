// What is missing, and what ends soon.

import { element, icon } from "/shared/dom.js";
import { day, daysUntil } from "./format.js";
import { card, empty, segments, tag } from "./parts.js";
import { link } from "./routes.js";
import { LANGUAGES, word } from "./strings.js";

const SPANS_DAYS = [7, 30, 90];

export class Gaps {
  constructor(page) {
    this.page = page;
  }

  async load() {
    this.gaps = await this.page.api.get("knowledge/gaps");
  }

  body(say) {
    const { page } = this;
    if (this.gaps.length === 0) return [card({}, empty("done", say.noGaps, say.noGapsNote))];
    const row = (gap) =>
      element(
        "div",
        { class: "row" },
        element(
          "div",
          { class: "grow" },
          element("b", { class: "small", dir: "auto", text: gap.text }),
          element("span", { class: "fine soft", text: say.last(day(gap.last, page.language)) }),
        ),
        tag(say.gapTimes(gap.count), gap.count > 2 ? "warn" : ""),
        page.may("technician") &&
          element(
            "a",
            { class: "button small", href: `${link("knowledge", "new")}?question=${encodeURIComponent(gap.text)}` },
            element("span", { text: say.writeAnswer }),
          ),
      );
    return [card({ title: say.parts.gaps, note: say.gapsLead, className: "flush", testid: "gaps" }, element("div", { class: "rows" }, ...this.gaps.map(row)))];
  }
}

export class Expiring {
  constructor(page) {
    this.page = page;
    this.days = 30;
  }

  async load() {
    this.items = await this.page.api.get(`knowledge/expiring?days=${this.days}`);
  }

  body(say) {
    const choose = segments(
      say.within,
      SPANS_DAYS.map((days) => ({ value: days, label: say.daysWithin(days) })),
      this.days,
      (days) => {
        this.days = days;
        this.page.reload();
      },
    );
    if (this.items.length === 0) return [card({ title: say.parts.expiring, note: say.expiringLead, acts: [choose] }, empty("done", say.noExpiring, say.noExpiringNote))];
    return [
      card(
        { title: say.parts.expiring, note: say.expiringLead, acts: [choose], className: "flush", testid: "expiring" },
        element("div", { class: "rows" }, ...this.items.map((item) => this.#row(say, item))),
      ),
    ];
  }

  #row(say, item) {
    const left = daysUntil(item.valid_until);
    return element(
      "a",
      { class: "row", href: link("knowledge", "items", item.id, item.language) },
      element(
        "div",
        { class: "grow" },
        element("b", { class: "small", lang: LANGUAGES[item.language]?.tag, text: item.question }),
        element("span", { class: "fine soft", text: `${word(say, "languageNames", item.language)} · ${say.validUntil(day(item.valid_until, this.page.language))}` }),
      ),
      tag(say.daysLeft(left), left < 7 ? "bad" : "warn"),
      icon("next", "icon end"),
    );
  }
}
