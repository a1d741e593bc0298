// What the visitor or the technician should know: a lost connection, a failure, models that are missing.

import { button, element, icon } from "./dom.js";
import { differs } from "./state.js";
import { strings } from "./strings.js";
import { View } from "./view.js";

export class Notice extends View {
  build() {
    this.dataset.testid = "notice";
  }

  show(now, before) {
    if (!differs(now, before, "link", "problem", "missing", "view", "language", "site")) return;
    const say = strings(now.language);
    const notices = [
      now.link === "lost" && notice("alert", "", element("span", { text: say.lost })),
      now.problem && this.#problem(now.problem, say),
      now.view === "greeting" && now.missing.length > 0 && missing(now.missing, say),
    ];
    this.replaceChildren(...notices.filter(Boolean));
  }

  #problem(problem, say) {
    const text = element("span", { dir: "auto", text: problem.text ?? say[problem.key] ?? say.handoff[problem.key] });
    const dismiss = button({ iconId: "close", className: "icon-only", "aria-label": say.dismiss, onPress: () => this.page.state.set({ problem: null }) });
    return notice("alert", "", text, dismiss);
  }
}

function notice(iconId, className, text, ...more) {
  return element("div", { class: `notice ${className}`.trim(), role: className ? null : "alert" }, icon(iconId), element("p", { class: "words" }, text), ...more);
}

/** Which parts are missing, and each command that fetches them, once. */
function missing(models, say) {
  const parts = [...new Set(models.map(({ role }) => say.roles[role] ?? String(role ?? "")))].filter(Boolean);
  const commands = [...new Set(models.map(({ repair }) => String(repair ?? "")))].filter(Boolean);
  const text = element("span", {}, `${say.missing}: ${parts.join(", ")}. ${say.repair}: `);
  commands.forEach((command, index) => text.append(index > 0 ? " " : "", element("code", { text: command })));
  return notice("wrench", "missing", text);
}
