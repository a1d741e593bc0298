// Joins the page's parts and starts them: state, server, gate, jobs, screen. The only file that knows them all.

import { State } from "/shared/state.js";
import { Api } from "./api.js";
import { App } from "./app.js";
import { Gate } from "./gate.js";
import { Jobs } from "./jobs.js";
import { parseRoute } from "./routes.js";
import { Stage } from "./stage.js";
import { LANGUAGES, preferredLanguage, strings } from "./strings.js";
import { Banner, Notice } from "./view-banner.js";
import { First } from "./view-first.js";
import { Login } from "./view-login.js";
import { Nav, Top } from "./view-nav.js";
import { Tray } from "./view-tray.js";

const VIEWS = { "admin-first": First, "admin-login": Login, "admin-banner": Banner, "admin-top": Top, "admin-nav": Nav, "admin-tray": Tray, "admin-notice": Notice };

const state = new State({
  view: "opening",
  language: preferredLanguage(),
  link: "up",
  restarting: false,
  setup: null,
  me: null,
  problem: null,
  route: parseRoute(location.hash),
  jobs: [],
  tray: false,
  notice: null,
  unsaved: 0,
});
const api = new Api({ language: () => state.now.language, csrf: () => state.now.me?.csrf, lost: () => gate.lost(), signedOut: () => gate.signedOut() });
const gate = new Gate(state, api);
const jobs = new Jobs(state, api);
const app = new App({ state, api, gate, jobs });

for (const [name, view] of Object.entries(VIEWS)) customElements.define(name, view);
for (const name of Object.keys(VIEWS)) document.querySelector(name).attach(app);
state.watch(showDocument);
state.watch(watchJobs);
new Stage(app, document.querySelector("#page")).start();
// What is typed into the settings and not saved is lost with the page.
addEventListener("beforeunload", (event) => state.now.unsaved > 0 && state.now.view === "admin" && event.preventDefault());
gate.open();

function showDocument(now) {
  const say = strings(now.language);
  const root = document.documentElement;
  root.lang = LANGUAGES[now.language].tag;
  root.dataset.view = now.view;
  document.title = now.view === "admin" ? `${say.pages[now.route.name]} · usher` : say.title;
  document.querySelector(".admin").hidden = now.view !== "admin";
  document.querySelector(".skip").textContent = say.skip;
}

function watchJobs(now, before) {
  if (now.view === "admin" && (before.view !== "admin" || (before.link === "lost" && now.link === "up"))) jobs.start();
  if (now.view !== "admin" && before.view === "admin") jobs.stop();
}

document.querySelector(".skip").addEventListener("click", (event) => {
  // The address belongs to the pages.
  event.preventDefault();
  document.querySelector("#page").focus();
});
