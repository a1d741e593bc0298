// Who is at the page: opens it for whoever is signed in, asks for the first person, closes behind the last, and finds the server again.

const RETRY_MS = 2_000;
const NOBODY = { me: null, problem: null };

export class Gate {
  #state;
  #api;
  #isSeeking = false;

  constructor(state, api) {
    this.#state = state;
    this.#api = api;
  }

  /** On loading: the session may still be good. */
  async open() {
    try {
      const setup = await this.#api.get("setup");
      this.#state.set({ setup });
      if (setup.needs_first) return this.#state.set({ view: "first" });
      this.#enter(await this.#api.get("me"));
    } catch (refusal) {
      if (refusal.kind !== "offline" && this.#state.now.view !== "login") this.#state.set({ ...NOBODY, view: "login" });
    }
  }

  first(secret, name, password) {
    return this.#try("first", { secret, name, password });
  }

  signIn(name, password) {
    return this.#try("login", { name, password });
  }

  async signOut() {
    await this.#api.send("POST", "logout").catch(() => undefined);
    this.signedOut();
  }

  /** The session is over, wherever that was noticed. After a reset nobody has an account any more. */
  async signedOut() {
    if (this.#state.now.view !== "admin") return;
    this.#state.set({ ...NOBODY, view: "login" });
    const setup = await this.#api.get("setup").catch(() => null);
    if (setup) this.#state.set(setup.needs_first ? { setup, view: "first" } : { setup });
  }

  /** Nobody answers: asks again and again until somebody does. A restart looks like this, too. */
  async lost() {
    if (this.#isSeeking) return;
    this.#isSeeking = true;
    this.#state.set({ link: "lost" });
    while (this.#isSeeking) {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      const reply = await fetch("/api/admin/setup", { cache: "no-store" }).catch(() => null);
      this.#isSeeking = !reply?.ok;
    }
    const { view } = this.#state.now;
    this.#state.set({ link: "up", restarting: false });
    // Sessions may not outlive the server; `open` finds out.
    if (view !== "first") await this.open();
  }

  async #try(path, body) {
    this.#state.set({ problem: null });
    try {
      this.#enter(await this.#api.send("POST", path, body));
    } catch (refusal) {
      const until = refusal.waitS ? Date.now() + refusal.waitS * 1000 : null;
      this.#state.set({ problem: { kind: refusal.kind, status: refusal.status, message: refusal.message, hint: refusal.hint, until } });
    }
  }

  #enter(me) {
    const { setup } = this.#state.now;
    this.#state.set({ view: "admin", problem: null, me, setup: setup && { ...setup, needs_first: false } });
  }
}
