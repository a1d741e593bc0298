// Puts the page that the address names on the stage, and keeps it in step with the language and the link.

import { differs } from "/shared/state.js";
import { note } from "./parts.js";
import { ROUTES, parseRoute } from "./routes.js";
import { strings } from "./strings.js";

export class Stage {
  #app;
  #host;
  #page = null;
  #turn = 0;

  constructor(app, host) {
    this.#app = app;
    this.#host = host;
  }

  start() {
    addEventListener("hashchange", () => this.#app.state.set({ route: parseRoute(location.hash) }));
    this.#app.state.watch((now, before) => this.#follow(now, before));
  }

  #follow(now, before) {
    if (now.view !== "admin") return this.#clear();
    const isBack = before.link === "lost" && now.link === "up";
    if (differs(now, before, "view", "route")) this.#open(now, before);
    else if (isBack || (before.me && before.me.role !== now.me?.role)) this.#page?.reload();
    else if (differs(now, before, "language")) this.#page?.draw();
  }

  async #open(now, before) {
    const { name, rest, query } = now.route;
    if (this.#page && before.view === "admin" && before.route?.name === name) return this.#page.move(rest, query);
    const turn = ++this.#turn;
    const code = await ROUTES[name].load().catch(() => null);
    if (turn !== this.#turn) return;
    this.#clear();
    if (!code) return this.#host.replaceChildren(note("warn", strings(now.language).pageLost));
    this.#page = new code.default(this.#app, name);
    this.#host.replaceChildren(this.#page.host);
    scrollTo(0, 0);
    await this.#page.start(rest, query);
  }

  #clear() {
    this.#page?.leave();
    this.#page = null;
    this.#host.replaceChildren();
  }
}
