// Small dialogs: a confirm dialog of the app's, or a text to edit.

const dialog = document.getElementById("question");

// True when the reader says yes.
export function confirmed(template) {
  return show(template.content.cloneNode(true)).then((answer) => answer === "yes");
}

// The edited text, or null when the reader keeps it as it is.
export async function edited(text) {
  const content = document.createElement("div");
  content.innerHTML = `<h2 class="dialog-title">Edit message</h2>
    <label class="unseen" for="edit-text">Message</label>
    <textarea class="field" id="edit-text" rows="4"></textarea>
    <div class="dialog-buttons">
      <button type="button" class="button" data-answer="no">Cancel</button>
      <button type="button" class="button primary" data-answer="yes">Save</button>
    </div>`;
  const field = content.querySelector("textarea");
  field.value = text;
  const answer = await show(content, field);
  return answer === "yes" ? field.value : null;
}

function show(content, focus = null) {
  dialog.replaceChildren(content);
  const title = dialog.querySelector(".dialog-title");
  if (title) title.id = "question-title";
  const opener = document.activeElement;
  dialog.returnValue = "no";
  dialog.showModal();
  (focus || dialog.querySelector("[data-answer=yes]"))?.focus();
  return new Promise((resolve) => {
    dialog.addEventListener(
      "close",
      () => {
        if (opener?.isConnected) opener.focus();
        resolve(dialog.returnValue);
      },
      { once: true },
    );
  });
}

dialog.addEventListener("click", (event) => {
  const answer = event.target.closest("[data-answer]");
  if (answer) dialog.close(answer.dataset.answer);
  else if (event.target === dialog) dialog.close("no");
});
