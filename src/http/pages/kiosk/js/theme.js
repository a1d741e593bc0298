// From one accent colour of the site to colours that can be read. Contrast is WCAG 2.2's relative luminance ratio.

const TEXT_RATIO = 4.6; // AA asks 4.5; the rest is for rounding
const PAPER = [238, 238, 236]; // as dark as the light surfaces get
const INK = [16, 19, 26];
const WHITE = [255, 255, 255];

/** Sets the site's custom properties on the document. An accent that is no colour leaves the defaults. */
export function applyAccent(accent) {
  const colour = parse(accent);
  if (!colour) return;
  setColour("--site-accent", colour);
  setColour("--site-accent-on", contrast(WHITE, colour) >= TEXT_RATIO ? WHITE : INK);
  setColour("--site-accent-text", darkened(colour, TEXT_RATIO + 0.6));
}

/** `colour` mixed with black in steps of a twentieth until it stands out against the paper. */
function darkened(colour, ratio) {
  for (let step = 0; step < 20; step += 1) {
    const mixed = colour.map((channel) => Math.round((channel * (20 - step)) / 20));
    if (contrast(mixed, PAPER) >= ratio) return mixed;
  }
  return INK;
}

function parse(accent) {
  const match = /^#([0-9a-f]{6})$/i.exec(String(accent ?? "").trim());
  return match && [0, 2, 4].map((at) => parseInt(match[1].slice(at, at + 2), 16));
}

function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour) {
  const [red, green, blue] = colour.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function setColour(name, colour) {
  document.documentElement.style.setProperty(name, `rgb(${colour.join(" ")})`);
}
