// Who is at the desk: opens the page for whoever is signed in, and closes it behind them.

import { SIGNED_OUT } from "./model.js";
import { signIn, signOut, whoAmI } from "./session.js";

const RETRY_MS = 2_000;

export class Gate {
  #state;
  #socket;

  constructor(state, socket) {
    this.#state = state;
    this.#socket = socket;
  }

  /** On loading: the session may still be good. */
  async open() {
    for (;;) {
      const agent = await whoAmI();
      if (agent) return this.#enter(agent);
      if (agent === null) return this.#leave(null);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  async signIn(name, password) {
    this.#state.set({ problem: null });
    const { agent, problem } = await signIn(name, password);
    if (agent) this.#enter(agent);
    else this.#state.set({ problem });
  }

  async signOut() {
    this.#socket.close();
    this.#leave(null);
    await signOut();
  }

  /** The socket has fallen. Whether it is worth trying again: not after a newer page took over, nor when the session is over. */
  async lost() {
    const { link, view } = this.#state.now;
    if (link === "replaced" || view !== "desk") return false;
    this.#state.set({ link: "lost", rings: [] });
    if ((await whoAmI()) !== null) return true;
    this.#leave(null);
    return false;
  }

  takeOver() {
    this.#state.set({ link: "lost" });
    this.#socket.open();
  }

  #enter(agent) {
    this.#state.set({ view: "desk", problem: null, agent });
    this.#socket.open();
  }

  /** Nothing of any visitor stays behind. */
  #leave(problem) {
    this.#state.set({ ...SIGNED_OUT, view: "login", problem });
  }
}
