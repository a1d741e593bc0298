// The pages: their names in the address, their icons, their groups, and where their code lies. Code is fetched when a page is opened.

export const ROUTES = Object.freeze({
  health: { icon: "health", group: "now", load: () => import("./page-health.js") },
  statistics: { icon: "statistics", group: "now", load: () => import("./page-statistics.js") },
  checks: { icon: "checks", group: "now", load: () => import("./page-checks.js") },
  knowledge: { icon: "knowledge", group: "kiosk", load: () => import("./page-knowledge.js") },
  models: { icon: "models", group: "kiosk", load: () => import("./page-models.js") },
  devices: { icon: "devices", group: "kiosk", load: () => import("./page-devices.js") },
  handoff: { icon: "handoff", group: "kiosk", load: () => import("./page-handoff.js") },
  settings: { icon: "settings", group: "kiosk", load: () => import("./page-settings.js") },
  update: { icon: "update", group: "upkeep", load: () => import("./page-update.js") },
  backup: { icon: "backup", group: "upkeep", load: () => import("./page-backup.js") },
  logs: { icon: "logs", group: "upkeep", load: () => import("./page-logs.js") },
  reset: { icon: "reset", group: "upkeep", load: () => import("./page-reset.js") },
  privacy: { icon: "privacy", group: "trust", load: () => import("./page-privacy.js") },
  people: { icon: "people", group: "trust", load: () => import("./page-people.js") },
  audit: { icon: "audit", group: "trust", load: () => import("./page-audit.js") },
});

/** The four that a thumb reaches on a phone; the rest stands in the menu. */
export const TABS = Object.freeze(["health", "devices", "knowledge", "settings"]);

export const GROUPS = Object.freeze(["now", "kiosk", "upkeep", "trust"]);

/** `#/settings/visit?find=x` -> {name: "settings", rest: ["visit"], query: URLSearchParams}; an unknown name is health. */
export function parseRoute(hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [name, ...rest] = path.split("/").filter(Boolean).map(decode);
  return name in ROUTES ? { name, rest, query: new URLSearchParams(query) } : { name: "health", rest: [], query: new URLSearchParams() };
}

/** The address of a place inside the page. */
export function link(name, ...rest) {
  return `#/${[name, ...rest].map(encodeURIComponent).join("/")}`;
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
