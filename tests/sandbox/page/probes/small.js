() =>
  // Controls that a finger would miss. Mentions stand in a sentence: exempt, as in WCAG 2.5.8.
  [...document.querySelectorAll("button, input, textarea, summary, a.button")]
    .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
    .filter((one) => !one.matches(".mention"))
    .map((one) => [(one.closest("label") || one).getBoundingClientRect(), one])
    .filter(([box]) => box.height && (box.height < 39.5 || box.width < 39.5))
    .map(([box, one]) => `${Math.round(box.width)}x${Math.round(box.height)} ${one.outerHTML.slice(0, 90)}`)
