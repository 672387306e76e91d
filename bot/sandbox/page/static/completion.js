// What the composer offers while one types: slash commands, people, channels.

// The word before the caret that a completion may replace: {kind, typed, from}.
// A name after @ may have up to three words.
export function wordAt(field) {
  const before = field.value.slice(0, field.selectionStart);
  const slash = /^\/[\w-]*$/.exec(before);
  if (slash) return { kind: "command", typed: slash[0], from: 0 };
  const argument = /^(\/[\w-]+) +([\w-]*)$/.exec(before);
  if (argument) {
    const from = before.length - argument[2].length;
    return { kind: "argument", command: argument[1], typed: argument[2], from };
  }
  const person = /(?:^|\s)@([\p{L}\p{N}_.-]*(?: [\p{L}\p{N}_.-]*){0,2})$/u.exec(before);
  if (person) return { kind: "person", typed: person[1], from: before.length - person[1].length - 1 };
  const channel = /(?:^|\s)#([\w.-]*)$/.exec(before);
  if (!channel) return null;
  return { kind: "channel", typed: channel[1], from: before.length - channel[1].length - 1 };
}

// Each offer: {text, label, side, detail, html}; `same` are spellings that need no completion.
export function offersFor(word, workspace) {
  if (!word) return [];
  const typed = word.typed.toLowerCase();
  if (word.kind === "command") {
    return workspace.commands
      .filter((one) => one.command.startsWith(typed))
      .map((one) => ({ text: `${one.command} `, label: one.command, side: one.hint, detail: one.description }));
  }
  if (word.kind === "argument") return argumentsOf(word, typed, workspace);
  if (word.kind === "person") return peopleNamed(typed, workspace);
  return workspace.channels
    .filter((one) => one.name.includes(typed))
    .slice(0, 8)
    .map((one) => ({ text: `#${one.name} `, label: `#${one.name}`, side: "", detail: one.topic }));
}

// What stands above the offers: how the command that is being typed is used.
export function usageFor(word, workspace) {
  if (word?.kind !== "argument") return "";
  const command = workspace.commands.find((one) => one.command === word.command);
  if (!command || (word.typed && !argumentsOf(word, word.typed.toLowerCase(), workspace).length)) return "";
  const usage = command.hint ? `\`${command.command} ${command.hint}\`` : `\`${command.command}\``;
  return [usage, command.description].filter(Boolean).join("  ");
}

// A command line to try: the first command with the word "health", or the first word it has.
export function example(workspace) {
  const command = workspace.commands[0];
  if (!command) return "";
  const words = wordsOf(command).map(firstWord);
  return [command.command, words.includes("health") ? "health" : words[0]].filter(Boolean).join(" ");
}

function peopleNamed(typed, workspace) {
  const fits = (one) => {
    const shown = one.real_name.toLowerCase();
    return typed.includes(" ") ? shown.startsWith(typed) : `${one.name} ${shown}`.includes(typed);
  };
  return workspace.people
    .filter((one) => !one.gone && fits(one))
    .slice(0, 8)
    .map((one) => ({
      text: `@${one.real_name} `,
      label: one.real_name,
      side: `@${one.name}`,
      detail: one.title,
      html: one.avatar,
      same: [`@${one.name}`, `@${one.real_name}`],
    }));
}

// The usage hint of a command names its first words: "health | logs [count]".
function argumentsOf(word, typed, workspace) {
  const command = workspace.commands.find((one) => one.command === word.command);
  return wordsOf(command)
    .filter((one) => one.startsWith(typed))
    .map((one) => ({ text: `${firstWord(one)} `, label: one, side: "", detail: "", same: [firstWord(one)] }));
}

function wordsOf(command) {
  return (command?.hint || "")
    .replace(/^[[<(]|[\])>]$/g, "")
    .split(/[|,]/)
    .map((one) => one.trim())
    .filter((one) => /^[\w-]/.test(one));
}

function firstWord(text) {
  return /^[\w-]+/.exec(text)[0];
}
