// Joins the page's parts and starts them: state, socket, calls, screen. The only file that knows them all.

import { State } from "/shared/state.js";
import { Calls } from "./calls.js";
import { startClock } from "./clock.js";
import { Desk } from "./desk.js";
import { Events } from "./events.js";
import { Gate } from "./gate.js";
import { Keys } from "./keys.js";
import { SIGNED_OUT, current } from "./model.js";
import { Outbox } from "./outbox.js";
import { Ringer } from "./ringer.js";
import { Socket } from "./socket.js";
import { LANGUAGES, preferredLanguage, strings } from "./strings.js";
import { Typing } from "./typing.js";
import { Banner, Notice } from "./view-banner.js";
import { Board } from "./view-board.js";
import { Briefing } from "./view-briefing.js";
import { CallView } from "./view-call.js";
import { CaseHead } from "./view-case-head.js";
import { Composer } from "./view-composer.js";
import { GiveBack, Help } from "./view-dialogs.js";
import { Header } from "./view-header.js";
import { Log } from "./view-log.js";
import { Login } from "./view-login.js";
import { Ring } from "./view-ring.js";
import { Tabs } from "./view-tabs.js";
import { Tools } from "./view-tools.js";
import { WrapUp } from "./view-wrapup.js";

const VIEWS = {
  "desk-login": Login, "desk-header": Header, "desk-banner": Banner, "desk-tabs": Tabs, "desk-board": Board, "desk-briefing": Briefing, "desk-case-head": CaseHead,
  "desk-call": CallView, "desk-log": Log, "desk-composer": Composer, "desk-wrap-up": WrapUp, "desk-tools": Tools, "desk-ring": Ring, "desk-notice": Notice,
  "desk-help": Help, "desk-give-back": GiveBack,
};

const state = new State({ ...SIGNED_OUT, language: preferredLanguage(), sound: true, letters: true, sheet: false });
const listener = {};
const socket = new Socket("/api/desk/socket", listener);
const gate = new Gate(state, socket);
const outbox = new Outbox(state, socket);
const calls = new Calls(state, (event) => socket.send(event));
const events = new Events(state, outbox, calls);
const typing = new Typing((id, text) => calls.typing(id, text) || socket.send({ type: "typing", case: id, text }));
const desk = new Desk({ state, socket, outbox, typing, calls });
const ringer = new Ringer(state);
const keys = new Keys(state, desk);

Object.assign(listener, { onEvent: (event) => events.take(event), onLost: () => gate.lost() });
calls.attach({ typed: (id, text) => events.typed(id, text), said: (id, message) => events.said(id, message) });

for (const [name, view] of Object.entries(VIEWS)) customElements.define(name, view);
for (const name of Object.keys(VIEWS)) document.querySelector(name).attach({ state, desk, gate, calls, ringer, keys });
state.watch(showDocument);
document.addEventListener("visibilitychange", readAlong);
// A reload is survived; leaving by mistake while somebody is spoken to is not what anybody wants.
addEventListener("beforeunload", (event) => Object.keys(state.now.cases).length > 0 && event.preventDefault());
startClock();
gate.open();

/** What the style sheets read from the document. */
function showDocument(now) {
  const root = document.documentElement;
  const say = strings(now.language);
  root.lang = LANGUAGES[now.language].tag;
  const one = current(now);
  Object.assign(root.dataset, { view: now.view, link: now.link, case: one?.state ?? "none", sheet: now.sheet && one ? "open" : "closed" });
  document.querySelector(".desk").hidden = now.view !== "desk";
  document.querySelector(".desk").inert = now.link === "replaced";
  document.querySelector(".skip").textContent = say.skip;
}

/** The agent is back at this window: what is on the screen is read. */
function readAlong() {
  const { current: id, cases } = state.now;
  if (document.visibilityState === "visible" && cases[id]?.unread) desk.open(id);
}
