// Builds elements. The only place where nodes are made: text always goes in as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element. `attributes`: `text`, `class`, `on: {event: listener}`, or any attribute; false, null and undefined are left out. */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") node.textContent = value;
    else if (name === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else setAttribute(node, name === "testid" ? "data-testid" : name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Sets, or for false, null and undefined removes, an attribute. */
export function setAttribute(node, name, value) {
  if (value === false || value === null || value === undefined) node.removeAttribute(name);
  else node.setAttribute(name, value === true ? "" : value);
}

/** A symbol of index.html, hidden from screen readers: the words beside it, or the button's name, say the same. */
export function icon(id, className = "icon") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", className);
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${id}`);
  svg.append(use);
  return svg;
}

/** Changes the symbol of an icon that stands already. */
export function setIcon(svg, id) {
  const href = `#icon-${id}`;
  const use = svg.firstElementChild;
  if (use.getAttribute("href") !== href) use.setAttribute("href", href);
}

/** A shape for the few drawings that are not icons. */
export function shape(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** Words of the visitor or of the knowledge: their direction is their own and leaks nowhere. */
export function words(text, attributes = {}) {
  return element("bdi", { dir: "auto", ...attributes, text });
}

/** A button of the house: an icon, a label, what it does. */
export function button({ label, iconId, onPress, className = "", ...attributes }) {
  const face = [iconId ? icon(iconId) : null, label === undefined ? null : element("span", { text: label })];
  return element("button", { type: "button", class: `button ${className}`.trim(), on: { click: onPress }, ...attributes }, ...face);
}
