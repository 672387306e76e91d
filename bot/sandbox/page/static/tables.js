// data_table blocks: sorting by a column and turning pages.

function rowsOf(table) {
  return [...table.querySelectorAll("tbody tr")];
}

function show(block, page) {
  const size = Number(block.dataset.pageSize);
  const rows = rowsOf(block);
  const last = Math.max(0, Math.ceil(rows.length / size) - 1);
  const now = Math.min(last, Math.max(0, page));
  block.dataset.page = now;
  rows.forEach((row, index) => {
    row.hidden = Math.floor(index / size) !== now;
  });
  const place = block.querySelector(".pager-place");
  if (!place) return;
  const first = now * size + 1;
  place.textContent = `${first} to ${Math.min(rows.length, first + size - 1)} of ${rows.length} rows`;
  block.querySelector('.pager [data-page="-1"]').disabled = now === 0;
  block.querySelector('.pager [data-page="1"]').disabled = now === last;
}

function sort(block, button) {
  const heading = button.closest("th");
  const column = Number(button.dataset.sort);
  const down = heading.getAttribute("aria-sort") === "ascending";
  for (const one of block.querySelectorAll("th[aria-sort]")) one.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", down ? "descending" : "ascending");
  const key = (row) => row.children[column];
  const sorted = rowsOf(block).sort((left, right) => {
    const [one, two] = [key(left), key(right)];
    const numbers = one.dataset.number !== "" && two.dataset.number !== "";
    const order = numbers
      ? Number(one.dataset.number) - Number(two.dataset.number)
      : one.textContent.localeCompare(two.textContent, undefined, { numeric: true });
    return down ? -order : order;
  });
  block.querySelector("tbody").append(...sorted);
  show(block, 0);
}

document.addEventListener("click", (event) => {
  const block = event.target.closest("[data-table]");
  if (!block) return;
  const sorting = event.target.closest("[data-sort]");
  if (sorting) sort(block, sorting);
  const turning = event.target.closest(".pager [data-page]");
  if (turning) show(block, Number(block.dataset.page || 0) + Number(turning.dataset.page));
});
