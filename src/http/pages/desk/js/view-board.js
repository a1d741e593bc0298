// The queue: who waits, for how long, and what is known of them; below it the calls that visitors were promised.

import { button, element, icon } from "/shared/dom.js";
import { differs } from "/shared/state.js";
import { View } from "/shared/view.js";
import { elapsed, timeOfDay } from "./clock.js";
import { redraw } from "./redraw.js";
import { LANGUAGES, languageName, languageTag, strings, word } from "./strings.js";

const URGENT = ["lost_child", "medical", "fraud"];

export class Board extends View {
  show(now, before) {
    this.hidden = now.current !== null;
    if (!differs(now, before, "language", "waiting", "callbacks", "agent", "agents")) return;
    const say = strings(now.language);
    const head = element("header", { class: "page-head" }, element("h1", { text: say.queue }), element("p", { class: "soft", text: say.queueNote }));
    const body = now.waiting.length > 0 ? this.#table(say, now) : nobody(say);
    redraw(this, head, body, now.callbacks.length > 0 && this.#callbacks(say, now));
  }

  #table(say, now) {
    const names = Object.values(say.columns);
    const head = element("div", { class: "row head", role: "row" }, ...names.map((name) => element("span", { role: "columnheader", text: name })));
    return element("div", { class: "board", role: "table", "aria-label": say.queue, testid: "board" }, head, ...now.waiting.map((row) => this.#row(say, row, now)));
  }

  #row(say, row, now) {
    const cell = (label, ...inside) => element("span", { role: "cell", class: "cell", "data-label": label }, ...inside);
    const with_ = row.agent === now.agent?.name ? say.me : now.agents.find((agent) => agent.name === row.agent)?.display ?? row.agent ?? "";
    const { columns } = say;
    const tags = (items, family) => items.map((item) => element("span", { class: "tag", text: word(say, family, item) }));
    const isUrgent = URGENT.includes(row.rule);
    return element("div", { class: `row${row.mine ? "" : " foreign"}${isUrgent ? " urgent" : ""}`, role: "row", testid: `row-${row.code}` },
      cell(columns.waiting, elapsed(row.since), element("span", { class: `tag state-${row.state}`, text: word(say, "stages", row.state) })),
      cell(columns.visitor, element("b", { text: row.code }), element("span", { text: languageName(say, row.language) }), !row.mine && !row.agent && element("span", { class: "tag warn", text: say.notMine })),
      cell(columns.topic, element("span", { class: row.topic ? "" : "soft", text: row.topic ? word(say, "topics", row.topic) : say.noTopic })),
      cell(columns.why, element("span", { class: isUrgent ? "tag bad" : "", text: word(say, "rules", row.rule) })),
      cell(columns.mood, ...(row.mood.length > 0 ? tags(row.mood, "moods") : [element("span", { class: "soft", text: say.noMood })])),
      cell(columns.place, element("span", { text: row.place, dir: "auto" })),
      cell(columns.needs, ...tags(row.needs ?? [], "needWords")),
      cell(columns.who, element("span", { text: with_ })));
  }

  #callbacks(say, now) {
    const { clock } = LANGUAGES[now.language];
    const item = (booked) => element("li", { class: "callback", testid: `callback-${booked.code}` },
      element("span", { class: "callback-who" }, element("b", { text: booked.name, dir: "auto" }), element("a", { href: `tel:${booked.phone}`, text: booked.phone })),
      element("span", { lang: languageTag(booked.language), dir: "auto", text: booked.need }),
      element("span", { class: "soft", text: `${languageName(say, booked.language)} · ${booked.code} · ${say.booked} ${timeOfDay(booked.at, clock)}` }),
      button({ label: say.called, iconId: "done", testid: `called-${booked.code}`, onPress: () => this.page.desk.called(booked.id) }));
    return element("section", { class: "callbacks" }, element("h2", { text: say.callbacks }), element("ul", {}, ...now.callbacks.map(item)));
  }
}

function nobody(say) {
  return element("div", { class: "nobody", testid: "nobody" }, icon("queue", "icon big"), element("p", { class: "lead", text: say.nobodyWaits }), element("p", { class: "soft", text: say.nobodyWaitsNote }));
}
