// How the kiosk's page builds elements: as every page of the house does.

export * from "/shared/dom.js";
