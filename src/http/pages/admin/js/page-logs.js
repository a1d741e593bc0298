// The program's log, followed while it is written.

import { element } from "/shared/dom.js";
import { exactTime, number } from "./format.js";
import { Page } from "./page.js";
import { empty, searchField, segments } from "./parts.js";
import { redraw } from "./redraw.js";
import { LOGS } from "./strings-records.js";

const FRESH_MS = 2_000;
const ASKED_LINES = 200;
/** More than these make a browser slow; the oldest go. */
const KEPT_LINES = 2_000;
const LEVELS = ["error", "warn", "info", "debug"];
const NEAR_END_PX = 40;

export default class Logs extends Page {
  static words = LOGS;

  constructor(...given) {
    super(...given);
    Object.assign(this, { level: "info", isFollowed: true, find: "", lines: [] });
    this.box = element("div", { class: "log scrolls", tabindex: "0", role: "log", "aria-live": "off", testid: "log" });
    this.count = element("span", { class: "soft small figures" });
    this.every(FRESH_MS, () => this.isFollowed && this.isReady && this.#fetch());
  }

  async load() {
    this.lines = [];
    await this.#fetch();
  }

  body() {
    const { say } = this;
    const follow = element("input", {
      type: "checkbox",
      role: "switch",
      checked: this.isFollowed,
      testid: "follow",
      on: {
        change: () => {
          this.isFollowed = follow.checked;
          if (follow.checked) this.#fetch();
        },
      },
    });
    const choose = segments(
      say.level,
      LEVELS.map((value) => ({ value, label: say.levels[value] })),
      this.level,
      (level) => {
        this.level = level;
        this.reload();
      },
    );
    this.#show();
    return [
      this.head(say.pages.logs, say.lead, element("label", { class: "switch" }, follow, element("span", { text: say.follow }))),
      element(
        "div",
        { class: "filters" },
        choose,
        searchField({
          label: say.search,
          value: this.find,
          testid: "find-log",
          onSearch: (find) => {
            this.find = find;
            this.#show();
          },
        }),
      ),
      element("section", { class: "card log-card" }, this.box),
      element("div", { class: "list-foot" }, this.count, element("span", { class: "soft fine", text: say.earlier })),
    ];
  }

  async #fetch() {
    const after = this.lines.at(-1)?.seq ?? 0;
    const reply = await this.api.get(`logs?level=${this.level}&after=${after}&limit=${ASKED_LINES}`).catch((refusal) => {
      // The banner tells of a lost link; the next round asks again.
      if (this.isReady && refusal.kind) return null;
      throw refusal;
    });
    if (!reply || reply.lines.length === 0) return;
    this.lines = [...this.lines, ...reply.lines].slice(-KEPT_LINES);
    if (this.isReady) this.#show();
  }

  #show() {
    const { say, box } = this;
    const isAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX;
    const wanted = this.find.toLowerCase();
    const shown = this.lines.filter((line) => !wanted || JSON.stringify(line).toLowerCase().includes(wanted));
    redraw(box, ...(shown.length > 0 ? shown.map((line) => this.#line(line)) : [empty("logs", say.none, say.noneNote)]));
    this.count.textContent = say.lines(number(shown.length, this.language));
    if (isAtEnd) requestAnimationFrame(() => box.scrollTo(0, box.scrollHeight));
  }

  #line(line) {
    const fields = Object.entries(line.fields ?? {}).map(([name, value]) =>
      element("span", {}, element("span", { class: "soft", text: `${name}=` }), element("span", { text: typeof value === "string" ? value : JSON.stringify(value) })),
    );
    return element(
      "div",
      { class: `log-line level-${line.level}` },
      element("time", { datetime: line.at, text: exactTime(line.at, this.language) }),
      element("span", { class: "log-level", text: line.level }),
      element("span", { class: "log-words" }, element("span", { text: line.message }), ...fields),
    );
  }
}
