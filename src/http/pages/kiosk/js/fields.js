// Fields of an event, each of the kind that is expected, whatever was sent.

const TEXT_CHARS_MAX = 4_000;

/** A text; anything else is empty. */
export function text(value, charsMax = TEXT_CHARS_MAX) {
  return typeof value === "string" ? value.slice(0, charsMax) : "";
}

/** A number that is not below zero, or null. */
export function count(value) {
  return Number.isFinite(value) && value >= 0 ? value : null;
}

export function list(value) {
  return Array.isArray(value) ? value : [];
}

/** An address of this appliance, whole; null for any other: nothing on the page comes from elsewhere. */
export function ownAddress(url) {
  if (typeof url !== "string" || url === "" || !URL.canParse(url, location.href)) return null;
  const address = new URL(url, location.href);
  return address.origin === location.origin ? address.href : null;
}
