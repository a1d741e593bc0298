// Settings: made from the schema and the values, a section at a time. The draft outlives the page.

import { button, element, icon } from "/shared/dom.js";
import { confirm } from "./dialogs.js";
import { Page } from "./page.js";
import { card, empty, note, searchField } from "./parts.js";
import { redraw } from "./redraw.js";
import { link } from "./routes.js";
import { changesBar } from "./settings-bar.js";
import { Draft } from "./settings-draft.js";
import { settingField } from "./settings-field.js";
import { mapEntries } from "./settings-map.js";
import { matches, sections } from "./settings-sections.js";
import { fieldWords } from "./settings-words.js";
import { SETTINGS } from "./strings-settings.js";

export default class Settings extends Page {
  static words = SETTINGS;

  constructor(...given) {
    super(...given);
    Object.assign(this, { find: "", fields: [], faults: new Map() });
    this.bar = element("div", { class: "changes-place" });
    this.main = element("div", { class: "stack settings-main" });
  }

  async load() {
    if (this.settings && this.rest[0] !== this.asked && !this.isStale) return void (this.asked = this.rest[0]);
    const settings = await this.api.get("settings");
    Object.assign(this, { settings, asked: this.rest[0], isStale: false });
    this.app.kept.settings ??= new Draft(settings.values);
    this.app.kept.settings.renew(settings.values);
  }

  get draft() {
    return this.app.kept.settings;
  }

  /** What the fields are drawn with. */
  get form() {
    const { schema, origins, restart } = this.settings;
    return {
      root: schema,
      origins,
      restart,
      draft: this.draft,
      fields: this.fields,
      say: this.say,
      language: this.language,
      disabled: !this.may("technician"),
      onEdit: () => this.#edited(),
      onForm: () => this.#drawMain(),
      onFault: (path, fault) => {
        if (fault) this.faults.set(path, fault);
        else this.faults.delete(path);
        this.#edited();
      },
    };
  }

  body() {
    const { say } = this;
    this.all = sections(this.settings.schema, this.language);
    const current = this.all.find((one) => one.id === this.rest[0]);
    this.#mark();
    this.#drawMain();
    this.#edited();
    const nav = element("nav", { class: "settings-nav", "aria-label": say.sections }, ...this.all.map((one) => this.#navLink(one, current ?? this.all[0])));
    const search = searchField({
      label: say.search,
      value: this.find,
      testid: "find-setting",
      onSearch: (find) => {
        this.find = find;
        this.#mark();
        this.#drawMain();
      },
    });
    return [
      this.head(say.pages.settings, say.lead(this.settings.path)),
      this.readerNote(),
      this.#pending(say),
      element("div", { class: "settings" }, element("div", { class: "settings-side" }, search, nav), this.main),
      this.bar,
    ];
  }

  /** On a phone the list of sections, a section, or what was found stands alone. */
  #mark() {
    this.host.classList.toggle("at-index", !this.rest[0] && !this.find);
    this.host.classList.toggle("finding", Boolean(this.find));
  }

  #navLink(section, current) {
    const changed = this.draft.paths().some((path) => holds(section, path));
    const refused = this.fields.some((one) => holds(section, one.path));
    return element(
      "a",
      { class: "nav-link", href: link("settings", section.id), "aria-current": section === current ? "page" : null, testid: `section-${section.id}` },
      element("span", { text: section.title }),
      (changed || refused) && element("span", { class: `dot ${refused ? "refused" : ""}`, role: "img", "aria-label": refused ? this.say.refused : this.say.changed }),
      icon("next", "icon end"),
    );
  }

  #drawMain() {
    const { say, form, find } = this;
    if (find) return redraw(this.main, ...this.#found(say, form, find));
    const section = this.all.find((one) => one.id === this.rest[0]) ?? this.all[0];
    const back = element("a", { class: "back narrow", href: link("settings") }, icon("back"), element("span", { text: say.pages.settings }));
    redraw(this.main, back, this.#section(form, section));
  }

  #section(form, section) {
    const isAlone = section.fields.length === 1 && section.fields[0].path === section.path;
    const body =
      section.kind === "map"
        ? mapEntries(form, section)
        : element("div", { class: `settings-list${isAlone ? " alone" : ""}` }, ...section.fields.map((one) => settingField(form, one)));
    return card({ title: section.title, note: section.about, testid: `card-${section.id}` }, body);
  }

  #found(say, form, find) {
    const hits = this.all.map((section) => ({ section, fields: matches(section, find, (one) => fieldWords(one.path, one.node, this.language)) }));
    const named = hits.filter(({ section, fields }) => fields.length > 0 || section.title.toLowerCase().includes(find.toLowerCase()));
    if (named.length === 0) return [card({}, empty("search", say.nothing, say.nothingNote))];
    return named.map(({ section, fields }) => this.#section(form, fields.length > 0 ? { ...section, fields } : section));
  }

  /** Something was typed: the bar and the marks follow, the form stays as it is. */
  #edited() {
    this.app.state.set({ unsaved: this.draft.size });
    redraw(this.bar, changesBar(this.form, this.faults.size, { discard: () => this.#discard(), save: () => this.#save() }));
  }

  #discard() {
    this.draft.clear();
    Object.assign(this, { fields: [], faults: new Map() });
    this.draw();
  }

  async #save() {
    const { say } = this;
    try {
      const reply = await this.api.send("PUT", "settings", { changes: this.draft.changes() });
      this.draft.clear();
      this.fields = [];
      this.app.kept.pending = [...new Set([...(this.app.kept.pending ?? []), ...reply.after_restart])];
      this.app.tell(reply.after_restart.length > 0 ? say.savedRestart : say.saved(reply.changed.length));
      this.isStale = true;
      await this.reload();
    } catch (refusal) {
      if (!refusal.kind) throw refusal;
      if (refusal.fields.length === 0) return this.app.refuse(refusal);
      this.#refused(refusal.fields);
    }
  }

  /** Shows the first refused value with its reason. */
  #refused(fields) {
    this.fields = fields;
    this.find = "";
    this.app.tell(this.say.refusedCount(fields.length), "bad");
    const section = this.all.find((one) => holds(one, fields[0].path));
    if (section && section.id !== (this.rest[0] ?? this.all[0].id)) location.hash = link("settings", section.id);
    this.draw();
    requestAnimationFrame(() => this.host.querySelector(".problem:not(:empty)")?.closest(".setting")?.scrollIntoView({ block: "center" }));
  }

  #pending(say) {
    const paths = this.settings.pending ?? this.app.kept.pending ?? [];
    if (paths.length === 0) return null;
    const names = paths.map((path) => fieldWords(path, {}, this.language).label).join(", ");
    return element(
      "div",
      { testid: "pending" },
      note(
        "warn",
        say.pending,
        say.pendingNote(names),
        null,
        ...[this.may("technician") && button({ label: say.restartNow, className: "small", testid: "restart", onPress: () => this.#restart() })].filter(Boolean),
      ),
    );
  }

  async #restart() {
    const { say } = this;
    if (!(await confirm({ say, title: say.restartTitle, text: say.restartText, yes: say.restartNow }))) return;
    this.app.state.set({ restarting: true });
    const job = await this.attempt(() => this.app.jobs.run("POST", "restart", undefined, "restart"));
    if (!job || job.state === "failed") return this.app.state.set({ restarting: false });
    this.app.kept.pending = [];
    this.app.tell(say.restarted);
    this.isStale = true;
    await this.reload();
  }
}

/** Whether a path belongs to a section. */
function holds(section, path) {
  if (section.path) return path === section.path || path.startsWith(`${section.path}.`);
  return section.fields.some((one) => path === one.path || path.startsWith(`${one.path}.`));
}
