// The navigation: at the side of a desktop, below on a phone, with a menu for everything else.

import { button, element, icon } from "/shared/dom.js";
import { differs } from "/shared/state.js";
import { View } from "/shared/view.js";
import { windowed } from "./dialogs.js";
import { redraw } from "./redraw.js";
import { GROUPS, ROUTES, TABS, link } from "./routes.js";
import { localised, strings } from "./strings.js";

export class Nav extends View {
  show(now, before) {
    if (now.view !== "admin" || !differs(now, before, "view", "route", "language", "me", "setup", "unsaved")) return;
    const say = strings(now.language);
    redraw(
      this,
      this.#brand(say, now),
      element("nav", { class: "nav-groups", "aria-label": say.navigation }, ...groups(say, now)),
      this.#foot(say, now),
      this.#tabs(say, now),
    );
  }

  #brand(say, now) {
    return element(
      "header",
      {},
      element(
        "a",
        { class: "brand", href: link("health"), testid: "brand" },
        icon("mark"),
        element("b", { text: localised(now.setup?.site, now.language) || "usher" }),
        element("span", { text: localised(now.setup?.kiosk, now.language) }),
      ),
    );
  }

  #foot(say, now) {
    return element("div", { class: "nav-foot" }, person(this.page, say, now), languageButton(this.page, say, now), leaveButton(this.page, say));
  }

  #tabs(say, now) {
    const one = (name) =>
      element(
        "a",
        { class: "tab", href: link(name), "aria-current": now.route.name === name ? "page" : null, testid: `tab-${name}` },
        icon(ROUTES[name].icon),
        element("span", { text: say.pages[name] }),
      );
    const more = element(
      "button",
      {
        type: "button",
        class: "tab",
        "aria-haspopup": "dialog",
        "aria-current": TABS.includes(now.route.name) ? null : "page",
        testid: "tab-more",
        on: { click: () => this.#menu() },
      },
      icon("menu"),
      element("span", { text: say.more }),
    );
    return element("nav", { class: "tabs", "aria-label": say.navigation }, ...TABS.map(one), more);
  }

  #menu() {
    const { now } = this.page.state;
    const say = strings(now.language);
    windowed({ say, title: say.more, className: "menu-window", testid: "menu" }, (close) => {
      const shut = { click: (event) => event.target.closest("a, .who, .leaves") && close() };
      return [
        element("nav", { class: "menu-groups", "aria-label": say.navigation, on: shut }, ...groups(say, now)),
        element("div", { class: "menu-foot", on: shut }, person(this.page, say, now), languageButton(this.page, say, now, close), leaveButton(this.page, say)),
      ];
    });
  }
}

/** The bar on top of a phone. */
export class Top extends View {
  build() {
    this.setAttribute("role", "banner");
  }

  show(now, before) {
    if (now.view !== "admin" || !differs(now, before, "view", "language", "setup")) return;
    redraw(this, icon("mark", "icon mark"), element("b", { text: localised(now.setup?.kiosk, now.language) || localised(now.setup?.site, now.language) }));
  }
}

function groups(say, now) {
  return GROUPS.map((group) =>
    element(
      "div",
      { class: "nav-group" },
      element("h2", { text: say.groups[group] }),
      ...Object.entries(ROUTES)
        .filter(([, route]) => route.group === group)
        .map(([name, route]) => place(say, now, name, route)),
    ),
  );
}

function place(say, now, name, route) {
  const unsaved = name === "settings" && now.unsaved > 0;
  return element(
    "a",
    { class: "nav-link", href: link(name), "aria-current": now.route.name === name ? "page" : null, testid: `nav-${name}` },
    icon(route.icon),
    element("span", { text: say.pages[name] }),
    unsaved && element("span", { class: "dot", role: "img", "aria-label": say.unsavedMark }),
  );
}

function person(page, say, now) {
  return element(
    "button",
    { type: "button", class: "who", testid: "account", title: say.account, on: { click: () => page.account() } },
    element("b", { text: now.me.name }),
    element("span", { class: "soft fine", text: say.roles[now.me.role] }),
  );
}

function languageButton(page, say, now, after = () => {}) {
  const other = now.language === "en" ? "zh" : "en";
  return button({
    label: other === "zh" ? "中" : "EN",
    className: "quiet icon-only small",
    lang: other,
    title: say.otherLanguageLabel,
    testid: "language",
    onPress: () => {
      page.setLanguage(other);
      after();
    },
  });
}

function leaveButton(page, say) {
  return button({
    iconId: "leave",
    className: "quiet icon-only small leaves",
    "aria-label": say.signOut,
    title: say.signOut,
    testid: "sign-out",
    onPress: () => page.gate.signOut(),
  });
}
