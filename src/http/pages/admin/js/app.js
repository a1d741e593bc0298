// What every page is given: the state, the ways to the server, and the few acts that belong to no page.

import { openAccount } from "./account.js";
import { refusalWords } from "./parts.js";
import { rememberLanguage, strings } from "./strings.js";

const RANK = { viewer: 0, technician: 1, owner: 2 };

export class App {
  /** Drafts and outcomes that outlive a page, by its name. Never anything secret. */
  kept = {};

  constructor({ state, api, gate, jobs }) {
    Object.assign(this, { state, api, gate, jobs });
  }

  /** Whether whoever is signed in has at least this role. The server decides; this only hides what it would refuse. */
  may(role) {
    return RANK[this.state.now.me?.role] >= RANK[role];
  }

  setLanguage(language) {
    rememberLanguage(language);
    this.state.set({ language });
  }

  /** A short word after an act. */
  tell(text, tone = "good") {
    this.state.set({ notice: { text, tone } });
  }

  /** Says what was refused; a lost link has its banner. */
  refuse(refusal) {
    if (["offline", "not_logged_in"].includes(refusal.kind)) return;
    const { text, detail } = refusalWords(strings(this.state.now.language), refusal);
    this.tell([text, detail].filter(Boolean).join(" – "), "bad");
  }

  account() {
    return openAccount(this);
  }
}
