// Joins the page's parts and starts them: state, sound, socket, screen. The only file that knows them all.

import { State, FRESH, isHeld, isTouched, phase, stage } from "./state.js";
import { LANGUAGES, pick, strings } from "./strings.js";
import { UNKNOWN_SITE, loadSite } from "./site.js";
import { applyAccent } from "./theme.js";
import { Socket } from "./socket.js";
import { Sound } from "./sound.js";
import { Turns } from "./turns.js";
import { Conversation } from "./conversation.js";
import { Replies } from "./replies.js";
import { Talk } from "./talk.js";
import { Handoff } from "./handoff.js";
import { HandoffCall } from "./handoff-call.js";
import { HandoffReplies } from "./handoff-replies.js";
import { Lines } from "./handoff-lines.js";
import { BotPause } from "./bot-pause.js";
import { Camera } from "./camera.js";
import { Reading } from "./reading.js";
import { Presence } from "./presence.js";
import { Phone } from "./phone.js";
import { SightReplies } from "./sight-replies.js";
import { Selftest } from "./selftest.js";
import { Idle } from "./idle.js";
import { announce } from "./announcer.js";
import { Orb } from "./orb.js";
import { Level } from "./level.js";
import { Header } from "./view-header.js";
import { Notice } from "./view-notice.js";
import { Greeting } from "./view-greeting.js";
import { Topic } from "./view-topic.js";
import { Setup } from "./view-setup.js";
import { Turn } from "./view-turn.js";
import { TurnBar } from "./view-turn-bar.js";
import { Captions } from "./view-captions.js";
import { TalkView } from "./view-talk.js";
import { Ask } from "./view-ask.js";
import { Keyboard } from "./view-keyboard.js";
import { Rail } from "./view-rail.js";
import { Contact } from "./view-contact.js";
import { IdleWarning } from "./view-idle.js";
import { HandoffWait } from "./view-handoff-wait.js";
import { HandoffSent } from "./view-handoff-sent.js";
import { HandoffNote, HandoffStage } from "./view-handoff.js";
import { HandoffReview } from "./view-handoff-review.js";
import { HandoffLive } from "./view-handoff-live.js";
import { HandoffPicture } from "./view-handoff-picture.js";
import { HandoffPointer, HandoffShown } from "./view-handoff-shown.js";
import { HandoffWays } from "./view-handoff-ways.js";
import { HandoffCallback } from "./view-handoff-callback.js";
import { HandoffEnd } from "./view-handoff-end.js";
import { HandoffControls } from "./view-handoff-controls.js";
import { ReadingView } from "./view-reading.js";
import { PresenceView, Veil } from "./view-presence.js";
import { Figure, MediaView } from "./view-media.js";
import { Clip } from "./view-clip.js";
import { Enlarged } from "./view-enlarged.js";
import { PhoneView } from "./view-phone.js";
import { SelftestView } from "./view-selftest.js";

const PARTS = {
  "usher-orb": Orb, "usher-level": Level, "usher-handoff-sent": HandoffSent, "usher-handoff-picture": HandoffPicture, "usher-handoff-shown": HandoffShown,
  "usher-media": MediaView, "usher-figure": Figure, "usher-clip": Clip,
};
const VIEWS = {
  "usher-header": Header, "usher-notice": Notice, "usher-setup": Setup, "usher-greeting": Greeting, "usher-topic": Topic, "usher-turn": Turn,
  "usher-turn-bar": TurnBar, "usher-captions": Captions, "usher-talk": TalkView, "usher-ask": Ask, "usher-keyboard": Keyboard,
  "usher-rail": Rail, "usher-contact": Contact, "usher-idle": IdleWarning,
  "usher-handoff": HandoffStage, "usher-handoff-note": HandoffNote, "usher-handoff-review": HandoffReview, "usher-handoff-live": HandoffLive,
  "usher-handoff-ways": HandoffWays, "usher-handoff-callback": HandoffCallback, "usher-handoff-end": HandoffEnd,
  "usher-handoff-wait": HandoffWait, "usher-handoff-controls": HandoffControls, "usher-handoff-pointer": HandoffPointer,
  "usher-presence": PresenceView, "usher-reading": ReadingView, "usher-veil": Veil, "usher-enlarged": Enlarged, "usher-phone": PhoneView, "usher-selftest": SelftestView,
};

const state = new State({
  ...FRESH, site: UNKNOWN_SITE, language: UNKNOWN_SITE.languages[0], link: "connecting", hears: [], speaks: [], missing: [],
  setup: null, // the first start's secret, on the kiosk's own screen until somebody administers it
  camera: Object.freeze({ reading: false, presence: false }), // what this appliance may use the page's camera for
  watching: false, // whether the camera is on to notice who stands here
  presence: null, // what it noticed: null | nobody | somebody | several
  selftest: null, // what a technician tries on this page: {id, part, step, ...}
});
const sound = new Sound();
const listener = {};
const socket = new Socket("/v1/realtime", listener);
const turns = new Turns(state, sound);
const conversation = new Conversation(state, socket, sound, turns);
const lines = new Lines(state, socket);
const call = new HandoffCall(state, socket, lines);
const handoff = new Handoff(state, socket);
const talk = new Talk(state, sound, conversation);
const idle = new Idle(state, () => conversation.end());
const camera = new Camera();
const reading = new Reading(state, socket, camera, conversation);
const phone = new Phone(state, socket);
const selftest = new Selftest(state, socket, camera);
const replies = new Replies(state, sound, turns, conversation, new HandoffReplies(state, lines, call), new SightReplies(state, turns, reading, phone, idle), selftest);
new Presence(state, socket, camera);
new BotPause(state, { sound, turns, talk, conversation });

Object.assign(listener, { onOpen: () => open(), onEvent: (event) => hear(event), onLost: () => replies.onLost() });
sound.attach({ onCaption: (text) => replies.onCaption(text), onDrained: () => replies.onDrained() });

for (const [name, part] of Object.entries({ ...PARTS, ...VIEWS })) customElements.define(name, part);
for (const name of Object.keys(VIEWS)) document.querySelector(name).attach({ state, conversation, talk, idle, sound, handoff, lines, call, camera, reading, phone, selftest });
announce(state, document.getElementById("announcer"));
state.watch(showDocument);
state.watch(tellNotices);

// what tests read: sound that really went out, what went through a call, and whether a camera is open
window.usherPage = Object.freeze({ playedMs: () => sound.playedMs(), callCounters: () => call.counters(), cameraOn: () => camera.isOn });

socket.open();
loadSite().then(openSite);

function openSite(site) {
  applyAccent(site.theme.accent);
  const { missing } = state.now;
  state.set({ site, language: site.languages[0], missing: missing.length > 0 ? missing : site.missing });
  conversation.configure();
}

function hear(event) {
  if (event.type === "usher.site.changed") loadSite().then(renewSite);
  else replies.onEvent(event);
}

/** A technician changed texts, topics or colours: the visitor who stands here keeps the language. */
function renewSite(site) {
  applyAccent(site.theme.accent);
  const { language } = state.now;
  state.set({ site, language: site.languages.includes(language) ? language : site.languages[0] });
}

function open() {
  replies.onOpen();
  handoff.resume();
}

/** The country's notices for what this page does; null until the site is known. */
function notices(now) {
  if (!now.site.notices) return null;
  return noticesShown(now).map((name) => pick(now.site.notices[name], now.language)).join(" ");
}

function noticesShown(now) {
  const wanted = ["ai", "made_by_ai", "microphone", "recording", "person", "contact"];
  if (now.camera.presence || now.camera.reading) wanted.splice(2, 0, "camera");
  return wanted.filter((name) => name in (now.site.notices ?? {}));
}

/** The server lets nothing begin whose notices do not stand here. */
function tellNotices(now, before) {
  if (now.link !== "open" || !now.site.notices) return;
  if (now.site === before.site && now.link === before.link && now.camera === before.camera) return;
  socket.send({ type: "usher.notices", shown: noticesShown(now) });
}

/** What the dock is arranged for: the greeting's large orb makes room for the wait. */
function dockView(now) {
  const shown = stage(now);
  return shown === "greeting" && now.handoff ? "waiting" : shown;
}

/** What the style sheets and tests read from the document, and what must not be reached behind a sheet. */
function showDocument(now) {
  const root = document.documentElement;
  root.lang = LANGUAGES[now.language].tag;
  document.title = pick(now.site.name, now.language) || "usher";
  Object.assign(root.dataset, {
    state: phase(now), view: dockView(now), text: now.larger ? "larger" : "normal", contrast: now.contrast ? "high" : "normal", keyboard: now.keyboard ? "open" : "closed",
    presence: now.watching ? now.presence ?? "unknown" : "off", veiled: now.veiled ? "on" : "off", touched: isTouched(now) ? "yes" : "no",
    hearing: now.link !== "open" || now.hears.includes(now.language) ? "on" : "off",
  });
  if (now.turn?.route) root.dataset.route = now.turn.route;
  else delete root.dataset.route;
  const isWarned = now.idleSeconds !== null;
  const isCovered = now.contactOpen || now.enlarged !== null || now.phone !== null || isWarned;
  const isTested = now.selftest !== null;
  for (const node of document.querySelectorAll("usher-setup, usher-header, usher-presence, usher-veil, main > *, .dock > *")) node.inert = isCovered || isTested;
  document.querySelector("usher-rail").inert = isTested;
  for (const node of document.querySelectorAll("usher-contact, .over")) node.inert = isWarned;
  document.querySelector("usher-turn").inert ||= now.veiled;
  const say = strings(now.language);
  document.querySelector(".privacy").textContent = isHeld(now) ? say.handoff.privacy : notices(now) ?? say.privacy;
  document.querySelector(".dock").setAttribute("aria-label", say.askAloud);
}
