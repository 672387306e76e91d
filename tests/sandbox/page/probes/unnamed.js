() => {
  // Controls without a name, pictures without words, ids that stand twice.
  const seen = (one) => one.checkVisibility({ visibilityProperty: true });
  const referred = (one) =>
    (one.getAttribute("aria-labelledby") || "")
      .split(" ")
      .map((id) => document.getElementById(id)?.textContent || "")
      .join(" ");
  const name = (one) =>
    [one.getAttribute("aria-label") || "", referred(one), one.textContent]
      .concat([...(one.labels || [])].map((label) => label.textContent))
      .join(" ")
      .trim();
  const controls = document.querySelectorAll(
    "button, a[href], input, textarea, select, dialog[open], [role=region], [role=log]",
  );
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  return [
    ...[...controls].filter((one) => seen(one) && !name(one)).map((one) => one.outerHTML.slice(0, 120)),
    ...[...document.querySelectorAll("img:not([alt])")].map((one) => one.outerHTML),
    ...ids.filter((id, index) => ids.indexOf(id) !== index),
  ];
}
