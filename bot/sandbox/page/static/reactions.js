// A small picker of reactions.

import { openMenu } from "./menu.js";

const CHOICES = [
  ["+1", "👍"], ["eyes", "👀"], ["white_check_mark", "✅"], ["tada", "🎉"], ["heart", "❤️"],
  ["rocket", "🚀"], ["raised_hands", "🙌"], ["pray", "🙏"], ["thinking_face", "🤔"],
  ["fire", "🔥"], ["warning", "⚠️"], ["rotating_light", "🚨"],
];

export function pickReaction(anchor, chosen) {
  const items = CHOICES.map(([name, sign]) => ({
    value: name,
    label: sign,
    name: name === "+1" ? "thumbs up" : name.replaceAll("_", " "),
  }));
  openMenu(anchor, items, chosen, { label: "Add a reaction", grid: true });
}
