() =>
  // Places that scroll sideways though only tables and cards may.
  [document.documentElement, ...document.querySelectorAll(".scroller, .side-body, .dialog-body")]
    .filter((one) => one.clientWidth && one.scrollWidth > one.clientWidth + 1)
    .map((one) => `${one.className || one.tagName} ${one.scrollWidth} > ${one.clientWidth}`)
