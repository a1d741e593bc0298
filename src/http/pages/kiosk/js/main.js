// Joins the page's parts and starts them: state, sound, socket, screen. The only file that knows them all.

import { State, FRESH, phase } from "./state.js";
import { LANGUAGES, pick, strings } from "./strings.js";
import { UNKNOWN_SITE, loadSite } from "./site.js";
import { applyAccent } from "./theme.js";
import { Socket } from "./socket.js";
import { Sound } from "./sound.js";
import { Turns } from "./turns.js";
import { Conversation } from "./conversation.js";
import { Replies } from "./replies.js";
import { Talk } from "./talk.js";
import { Idle } from "./idle.js";
import { announce } from "./announcer.js";
import { Orb } from "./orb.js";
import { Level } from "./level.js";
import { Header } from "./view-header.js";
import { Notice } from "./view-notice.js";
import { Greeting } from "./view-greeting.js";
import { Topic } from "./view-topic.js";
import { Turn } from "./view-turn.js";
import { TurnBar } from "./view-turn-bar.js";
import { Captions } from "./view-captions.js";
import { TalkView } from "./view-talk.js";
import { Ask } from "./view-ask.js";
import { Keyboard } from "./view-keyboard.js";
import { Rail } from "./view-rail.js";
import { Contact } from "./view-contact.js";
import { IdleWarning } from "./view-idle.js";

const PARTS = { "usher-orb": Orb, "usher-level": Level };
const VIEWS = {
  "usher-header": Header, "usher-notice": Notice, "usher-greeting": Greeting, "usher-topic": Topic, "usher-turn": Turn,
  "usher-turn-bar": TurnBar, "usher-captions": Captions, "usher-talk": TalkView, "usher-ask": Ask, "usher-keyboard": Keyboard,
  "usher-rail": Rail, "usher-contact": Contact, "usher-idle": IdleWarning,
};

const state = new State({
  ...FRESH, site: UNKNOWN_SITE, language: UNKNOWN_SITE.languages[0], link: "connecting", hears: [], speaks: [], missing: [],
});
const sound = new Sound();
const listener = {};
const socket = new Socket("/v1/realtime", listener);
const turns = new Turns(state, sound);
const conversation = new Conversation(state, socket, sound, turns);
const replies = new Replies(state, sound, turns, conversation);
const talk = new Talk(state, sound, conversation);
const idle = new Idle(state, () => conversation.end());

Object.assign(listener, { onOpen: () => replies.onOpen(), onEvent: (event) => replies.onEvent(event), onLost: () => replies.onLost() });
sound.attach({ onCaption: (text) => replies.onCaption(text), onDrained: () => replies.onDrained() });

for (const [name, part] of Object.entries({ ...PARTS, ...VIEWS })) customElements.define(name, part);
for (const name of Object.keys(VIEWS)) document.querySelector(name).attach({ state, conversation, talk, idle, sound });
announce(state, document.getElementById("announcer"));
state.watch(showDocument);

// what tests read: sound that really went out
window.usherPage = Object.freeze({ playedMs: () => sound.playedMs() });

socket.open();
loadSite().then(openSite);

function openSite(site) {
  applyAccent(site.theme.accent);
  const { missing } = state.now;
  state.set({ site, language: site.languages[0], missing: missing.length > 0 ? missing : site.missing });
  conversation.configure();
}

/** What the style sheets and tests read from the document, and what must not be reached behind a sheet. */
function showDocument(now) {
  const root = document.documentElement;
  root.lang = LANGUAGES[now.language].tag;
  document.title = pick(now.site.name, now.language) || "usher";
  Object.assign(root.dataset, {
    state: phase(now), view: now.view, text: now.larger ? "larger" : "normal", contrast: now.contrast ? "high" : "normal", keyboard: now.keyboard ? "open" : "closed",
    hearing: now.link !== "open" || now.hears.includes(now.language) ? "on" : "off",
  });
  if (now.turn?.route) root.dataset.route = now.turn.route;
  else delete root.dataset.route;
  const isCovered = now.contactOpen || now.idleSeconds !== null;
  for (const node of document.querySelectorAll("usher-header, main > *, .dock > *")) node.inert = isCovered;
  document.querySelector("usher-contact").inert = now.idleSeconds !== null;
  const say = strings(now.language);
  document.querySelector(".privacy").textContent = say.privacy;
  document.querySelector(".dock").setAttribute("aria-label", say.askAloud);
}
