// Where things are on the pages: the hooks that the pages' own scripts use too.
export const PARTS = {
  codeText: "[data-code] [data-text]",
  codePicture: "[data-code] [data-picture] > svg",
  openGrants: "[data-open]",
  endGrant: "[data-open] button.stop",
  scanInput: "form[data-scan] input[name=code]",
  camera: "form[data-scan] [data-camera]",
  aim: "dialog.aim[open]",
  row: "[data-rows] a.row",
  rowInstitution: "[data-rows] a.row .from",
  report: "#report",
  grantUntil: "[data-grant] time",
  person: "#person",
  look: "ol.log li",
  error: "[role=alert]",
};
