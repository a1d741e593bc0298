// Privacy: the profile, what visitors are told, how long anything stays, and the report.

import { element, icon } from "/shared/dom.js";
import { address } from "./api.js";
import { Page } from "./page.js";
import { card, goTo, table, tag } from "./parts.js";
import { link } from "./routes.js";
import { LANGUAGES, word } from "./strings.js";
import { PRIVACY } from "./strings-privacy.js";

/** One row for each text, with every feature that waits for it. */
function grouped(notices) {
  const rows = new Map();
  for (const { feature, text } of notices) {
    const row = rows.get(text.en) ?? { features: [], text };
    row.features.push(feature);
    rows.set(text.en, row);
  }
  return [...rows.values()];
}

export default class Privacy extends Page {
  static words = PRIVACY;

  async load() {
    this.privacy = await this.api.get("privacy");
  }

  body() {
    const { say, privacy } = this;
    const report = element(
      "a",
      { class: "button", href: address("privacy/report"), target: "_blank", rel: "noopener", testid: "privacy-report" },
      icon("print"),
      element("span", { text: say.report }),
    );
    const change = goTo(link("settings", "privacy"), say.change);
    return [
      this.head(say.pages.privacy, say.lead, report),
      card({ title: privacy.chosen ? say.profiles[privacy.profile] ?? privacy.profile : say.noProfile, note: privacy.chosen ? `${say.profile}. ${say.profileNote}` : say.noProfileNote, acts: [change] }),
      this.#notices(say, grouped(privacy.notices)),
      this.#retention(say, privacy.retention),
    ];
  }

  #notices(say, notices) {
    const text = (notice) =>
      Object.entries(notice.text)
        .filter(([, words]) => words)
        .map(([code, words]) => element("p", { class: "quoted", lang: LANGUAGES[code]?.tag ?? code, text: words }));
    const row = (notice) =>
      element(
        "div",
        { class: "row" },
        element(
          "div",
          { class: "grow notice-text" },
          element("div", { class: "tags" }, element("b", { text: notice.features.map((feature) => say.features[feature] ?? feature).join(" · ") }), tag(say.shown, "good")),
          ...text(notice),
        ),
      );
    if (notices.length === 0) return card({ title: say.notices, note: say.none });
    return card({ title: say.notices, note: say.noticesNote, className: "flush", testid: "notices" }, element("div", { class: "rows" }, ...notices.map(row)));
  }

  #retention(say, retention) {
    const columns = [
      { name: say.class, cell: (one) => element("b", { text: word(say, "classes", one.class) }) },
      { name: say.kept, cell: (one) => say.terms[one.term.kept]?.(one.term) ?? one.kept },
      { name: say.where, className: "whole", cell: (one) => element("span", { class: "soft", text: word(say, "places", one.where) }) },
    ];
    return card({ title: say.retention, note: say.retentionNote, className: "flush" }, table({ label: say.retention, columns, rows: retention, testid: "retention" }));
  }
}
