// A box beside the control that opened it: one at a time, closed by Escape, outside clicks, Tab.

let open = null;

export function closePopup({ refocus = false } = {}) {
  if (!open) return;
  const { box, anchor, closed } = open;
  open = null;
  box.remove();
  anchor.setAttribute("aria-expanded", "false");
  if (refocus && anchor.isConnected) anchor.focus();
  closed?.();
}

export function popupOf(anchor) {
  return open?.anchor === anchor ? open.box : null;
}

// Inside an open modal dialog everything outside it is inert, so the box goes in there.
export function openPopup(anchor, box, { closed = null } = {}) {
  closePopup();
  (anchor.closest("dialog[open]") || document.body).append(box);
  open = { anchor, box, closed };
  anchor.setAttribute("aria-expanded", "true");
  settle();
}

function settle() {
  const { anchor, box } = open;
  const at = anchor.getBoundingClientRect();
  const size = box.getBoundingClientRect();
  const below = innerHeight - at.bottom;
  const above = at.top;
  const up = below < size.height + 12 && above > below;
  const left = Math.max(8, Math.min(at.left, innerWidth - size.width - 8));
  box.style.left = `${left}px`;
  box.style.maxHeight = `${Math.max(120, (up ? above : below) - 16)}px`;
  const height = Math.min(size.height, Math.max(120, (up ? above : below) - 16));
  box.style.top = `${up ? at.top - height - 4 : at.bottom + 4}px`;
}

document.addEventListener("pointerdown", (event) => {
  if (open && !open.box.contains(event.target) && !open.anchor.contains(event.target)) closePopup();
});
document.addEventListener(
  "keydown",
  (event) => {
    if (!open) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      closePopup({ refocus: true });
    } else if (event.key === "Tab" && open.box.contains(document.activeElement)) {
      closePopup({ refocus: true });
    }
  },
  true,
);
window.addEventListener("resize", () => closePopup());
