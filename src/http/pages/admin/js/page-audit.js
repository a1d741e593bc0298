// The audit log: whole or broken at, newest first.

import { button, element } from "/shared/dom.js";
import { moment } from "./format.js";
import { Page } from "./page.js";
import { actButton, card, empty, note, table } from "./parts.js";
import { AUDIT } from "./strings-records.js";

const PAGE_LINES = 100;
const HASH_SHOWN = 10;

export default class Audit extends Page {
  static words = AUDIT;

  async load() {
    const { lines, whole, broken_at: brokenAt } = await this.api.get(`audit?limit=${PAGE_LINES}`);
    Object.assign(this, { lines, whole, brokenAt, isEnd: lines.length < PAGE_LINES });
  }

  body() {
    const { say } = this;
    const verdict = this.whole ? note("good", say.whole, say.wholeNote) : note("bad", say.broken(this.brokenAt ?? "?"), say.brokenNote);
    const save = this.may("owner") && this.lines.length > 0 && button({ label: say.exportLines, iconId: "download", testid: "save-audit", onPress: () => this.#save() });
    const head = this.head(say.pages.audit, say.lead, save);
    if (this.lines.length === 0) return [head, verdict, card({}, empty("audit", say.none, say.noneNote))];
    const columns = [
      { name: say.at, cell: (line) => element("time", { class: "small", datetime: line.at, text: moment(line.at, this.language) }) },
      { name: say.who, cell: (line) => element("b", { text: line.who }) },
      { name: say.what, cell: (line) => line.what },
      { name: say.detail, className: "whole breaks", cell: (line) => element("span", { class: "soft", text: line.detail }) },
      {
        name: say.number,
        className: "end wide-only",
        cell: (line) => element("span", { class: this.brokenAt !== null && line.seq >= this.brokenAt ? "bad" : "soft", text: String(line.seq) }),
      },
      { name: say.hash, className: "wide-only", cell: (line) => element("code", { class: "fine soft", title: line.hash, text: String(line.hash).slice(0, HASH_SHOWN) }) },
    ];
    const more = !this.isEnd && element("div", { class: "list-foot" }, actButton({ label: say.loadMore, testid: "more-audit", onPress: () => this.#more() }));
    return [head, verdict, card({ className: "flush plain" }, table({ label: say.pages.audit, columns, rows: this.lines, className: "tight", testid: "audit" })), more];
  }

  async #more() {
    const reply = await this.attempt(() => this.api.get(`audit?before=${this.lines.at(-1).seq}&limit=${PAGE_LINES}`));
    if (!reply) return;
    Object.assign(this, { lines: [...this.lines, ...reply.lines], isEnd: reply.lines.length < PAGE_LINES });
    this.draw();
  }

  #save() {
    const blob = new Blob(
      this.lines.map((line) => `${JSON.stringify(line)}\n`),
      { type: "application/jsonl" },
    );
    const anchor = element("a", { href: URL.createObjectURL(blob), download: "usher-audit.jsonl" });
    anchor.click();
    URL.revokeObjectURL(anchor.href);
  }
}
