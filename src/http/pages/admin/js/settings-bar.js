// The bar of unsaved changes: how many, what needs a restart, away with them or save.

import { button, element, icon } from "/shared/dom.js";
import { actButton } from "./parts.js";
import { needsRestart } from "./settings-field.js";

/** `acts`: `{discard(), save()}`; `faults` is how many fields hold what cannot be sent. */
export function changesBar(form, faults, acts) {
  const { say, draft } = form;
  const later = draft.paths().filter((path) => needsRestart(form, path)).length;
  const note = faults > 0 ? say.faulty : later > 0 ? say.restartOf(later) : say.atOnce;
  return element(
    "section",
    { class: "changes-bar", hidden: draft.size === 0 && faults === 0, testid: "changes-bar", "aria-label": say.unsaved(draft.size) },
    element(
      "div",
      {},
      element("b", { class: "figures", role: "status", text: draft.size > 0 ? say.unsaved(draft.size) : say.faulty }),
      (draft.size > 0 || faults === 0) &&
        element(
          "span",
          { class: `fine ${faults > 0 ? "bad" : later > 0 ? "warn" : "soft"}` },
          later > 0 && faults === 0 && icon("alert"),
          element("span", { text: note }),
        ),
    ),
    element(
      "div",
      { class: "acts" },
      button({ label: say.discard, className: "quiet", testid: "discard", onPress: acts.discard }),
      actButton({ label: say.saveAll, className: "primary", disabled: faults > 0 || draft.size === 0, testid: "save", onPress: acts.save }),
    ),
  );
}
