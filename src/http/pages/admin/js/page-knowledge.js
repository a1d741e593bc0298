// Knowledge: one page of several parts, each in its own file. Only the part that is looked at asks the server.

import { element } from "/shared/dom.js";
import { Documents } from "./knowledge-documents.js";
import { Edit } from "./knowledge-edit.js";
import { Expiring, Gaps } from "./knowledge-gaps.js";
import { Import } from "./knowledge-import.js";
import { Items } from "./knowledge-items.js";
import { Try } from "./knowledge-try.js";
import { Page } from "./page.js";
import { tabs } from "./parts.js";
import { link } from "./routes.js";
import { KNOWLEDGE } from "./strings-knowledge.js";

const PARTS = { items: Items, try: Try, documents: Documents, import: Import, gaps: Gaps, expiring: Expiring };

export default class Knowledge extends Page {
  static words = KNOWLEDGE;
  #parts = {};

  /** `#/knowledge/items/ID/LANGUAGE` and `#/knowledge/new` edit; the rest names a part. */
  get part() {
    const [name = "items", id] = this.rest;
    if (name === "new" || (name === "items" && id)) return this.#editing();
    const known = name in PARTS ? name : "items";
    return (this.#parts[known] ??= new PARTS[known](this));
  }

  async load() {
    if (!this.part.isEdit) this.editor = null;
    await this.part.load();
  }

  body() {
    const { say, part } = this;
    if (part.isEdit) return part.body(say);
    const [current = "items"] = this.rest;
    const items = Object.keys(PARTS).map((value) => ({ value, href: link("knowledge", value), label: say.parts[value] }));
    return [
      this.head(say.pages.knowledge, say.lead, part.acts?.(say)),
      tabs(say.pages.knowledge, items, current in PARTS ? current : "items"),
      element("div", { class: "stack" }, ...part.body(say).flat().filter(Boolean)),
    ];
  }

  #editing() {
    const [kind, id = "", language = this.language] = this.rest;
    const key = `${kind}/${id}/${language}`;
    if (this.editor?.key !== key) this.editor = new Edit(this, key, kind === "new" ? null : { id, language });
    return this.editor;
  }
}
