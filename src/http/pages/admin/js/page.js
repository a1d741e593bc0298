// What every page is: fetches what it shows, draws it, and cleans up behind itself.

import { button, element } from "/shared/dom.js";
import { blank, note, refusalNote } from "./parts.js";
import { redraw } from "./redraw.js";
import { strings } from "./strings.js";

export class Page {
  /** Words of the page: `{en: {...}, zh: {...}}`, given by the subclass. */
  static words = { en: {}, zh: {} };
  #timers = [];
  #isLoading = false;
  #isAgain = false;
  #seen = null;

  constructor(app, name) {
    this.app = app;
    this.name = name;
    this.rest = [];
    this.query = new URLSearchParams();
    this.refusal = null;
    this.isReady = false;
    this.host = element("div", { class: "page", testid: `page-${name}` });
  }

  get state() {
    return this.app.state.now;
  }

  get language() {
    return this.state.language;
  }

  /** The words of the frame and of this page in the language of the moment. */
  get say() {
    return { ...strings(this.language), ...(this.constructor.words[this.language] ?? this.constructor.words.en) };
  }

  get api() {
    return this.app.api;
  }

  may(role) {
    return this.app.may(role);
  }

  async start(rest, query) {
    Object.assign(this, { rest, query });
    this.draw();
    await this.reload();
  }

  /** Another address on the same page. */
  async move(rest, query) {
    Object.assign(this, { rest, query });
    await this.reload();
  }

  /** Fetches and draws. A call while one is under way is done right after it: the address may have changed. */
  async reload(isOnlyWhenNew = false) {
    if (this.#isLoading) {
      this.#isAgain ||= !isOnlyWhenNew;
      return;
    }
    this.#isLoading = true;
    const before = this.#seen;
    await this.#fetch().finally(() => {
      this.#isLoading = false;
    });
    if (this.#isAgain) {
      this.#isAgain = false;
      return this.reload();
    }
    if (this.host.isConnected && !(isOnlyWhenNew && before === this.#seen)) this.draw();
  }

  async #fetch() {
    try {
      this.#seen = JSON.stringify((await this.load()) ?? null);
      Object.assign(this, { refusal: null, isReady: true });
    } catch (refusal) {
      if (!refusal.kind) throw refusal;
      this.refusal = refusal;
      this.#seen = null;
    }
  }

  draw() {
    redraw(this.host, ...(this.isReady ? this.body() : this.#instead()));
  }

  /** Runs `act` each `ms` while the page stands and is looked at. */
  every(ms, act) {
    this.#timers.push(setInterval(() => document.visibilityState === "visible" && this.state.link === "up" && act(), ms));
  }

  leave() {
    this.#timers.forEach(clearInterval);
  }

  /** Does `act`; says what was refused, and returns undefined then. */
  async attempt(act) {
    try {
      return await act();
    } catch (refusal) {
      if (!refusal.kind) throw refusal;
      this.app.refuse(refusal);
      return undefined;
    }
  }

  /** The heading, what the page is for, and what can be done with all of it. */
  head(title, lead, ...acts) {
    const shown = acts.flat().filter(Boolean);
    return element(
      "header",
      { class: "page-head" },
      element("div", {}, element("h1", { text: title }), lead && element("p", { text: lead })),
      shown.length > 0 && element("div", { class: "acts" }, ...shown),
    );
  }

  /** A note for whoever may read but not change. */
  readerNote(role = "technician") {
    return this.may(role) ? null : note("", this.say.readOnly(this.say.roles[role]), null, "eye");
  }

  /** Fetches what the page shows. What is returned tells `reload` whether anything is new. */
  async load() {}

  body() {
    return [];
  }

  #instead() {
    const { say } = this;
    const head = this.head(say.pages[this.name]);
    if (!this.refusal) return [head, blank()];
    return [head, refusalNote(say, this.refusal, button({ label: say.again, className: "small", onPress: () => this.reload() }))];
  }
}
