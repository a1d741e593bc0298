// The site as the server describes it (`GET /api/site`): name, tiles, contact. Checks shapes; knows nothing of the screen.

import { LANGUAGES } from "./strings.js";

const RETRY_MS_MAX = 8_000;

/** What is shown until the site is known, and when it cannot be had. */
export const UNKNOWN_SITE = Object.freeze({
  id: "",
  name: {},
  languages: ["en", "zh"],
  timeZone: undefined, // the machine's own
  greeting: { en: "Welcome. How can I help?", zh: "您好，请问需要什么帮助？" },
  prompt: {},
  theme: {},
  topics: [],
  contact: null,
  idleSeconds: 60,
  missing: [],
  notices: null,
});

/** Fetches the site, again and again until it is there. */
export async function loadSite() {
  for (let wait = 500; ; wait = Math.min(wait * 2, RETRY_MS_MAX)) {
    try {
      const reply = await fetch("/api/site", { cache: "no-store" });
      if (reply.ok) return readSite(await reply.json());
    } catch {
      // the server is not up yet, or sent no JSON: both mend themselves or are the technician's to see in the log
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

function readSite(raw) {
  const known = list(raw.languages).filter((code) => code in LANGUAGES);
  return Object.freeze({
    id: String(raw.id ?? ""),
    name: raw.name ?? {},
    languages: known.length > 0 ? known : UNKNOWN_SITE.languages,
    timeZone: timeZone(raw.time_zone),
    greeting: raw.greeting ?? UNKNOWN_SITE.greeting,
    prompt: raw.prompt ?? {},
    theme: raw.theme ?? {},
    topics: list(raw.topics).map(readTopic),
    contact: raw.contact ?? null,
    idleSeconds: Number(raw.idle_seconds) > 0 ? Number(raw.idle_seconds) : UNKNOWN_SITE.idleSeconds,
    missing: list(raw.missing),
    notices: raw.notices ?? null, // by name and language; what the site's country wants visitors to read
  });
}

function readTopic(topic) {
  return { id: String(topic.id), icon: String(topic.icon ?? "help"), label: topic.label ?? {}, items: list(topic.items) };
}

/** The zone's name, where this browser knows it: a machine's own zone is often none that anybody chose. */
function timeZone(name) {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return UNKNOWN_SITE.timeZone;
  }
}

function list(value) {
  return Array.isArray(value) ? value : [];
}
