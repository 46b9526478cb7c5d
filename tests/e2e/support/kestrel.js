// Kestrel: a small workspace as a team of four between Bogotá and Melbourne might have it, for pictures of the app.

import { skein } from "./skein.js";

const HANDBOOK = `How we work across eleven hours of time zones. Ask [[Hand-offs]] first, then a person.

## Handing over

Whoever ends their day writes three lines: what moved, what is stuck, what would help. Nobody has to ask.

- [x] Agree on one hour that suits everybody twice a week
- [x] Put the deploy key into the shared safe
- [ ] Write down how releases are cut

> [!tip] Write as if the reader woke up five hours later
> She did. Say what you know, what you guess and by when you need an answer.

## Who answers what

| Question | Asks | Answer within |
| --- | --- | --: |
| Money | #budget | two days |
| Releases | @Bo | one day |
| Everything else | [[Autumn release]] | a day |

## Deciding

A decision gets a note of its own, with **what was chosen**, *what was not*, and why. Silence for two working days means yes.

\`\`\`sh
skein search "decided" --json
\`\`\`
`;

const HANDOFFS = `## Thursday, Ana → Bo

The importer reads nested folders now. Stuck: links with spaces. A second pair of eyes on the parser would help.

## Wednesday, Bo → Ana

Dark theme is done but for the calendar. The designer is away until Monday, so I left her questions in [[Handbook]].

## Tuesday, Mika → Inés

Three teams said yes to the beta. Hand over the invites in your morning, please.
`;

const INTERVIEWS = `Seven talks so far, all by hand, none recorded.

## What we heard

1. People write **before** they are online, and worry whether it went out.
2. Two of seven lost work to a merge that nobody saw.
3. Nobody misses a chat; everybody misses a hand-off.

## Next

- [ ] Thank them all
- [ ] Ask three teams to try the beta, see [[Autumn release]]
`;

const MEETING = `来週の会議は東京で行います。

- 引き継ぎの書き方
- 秋のリリース
`;

export function inDays(days) {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

const CARDS = [
  ["To do", "Import from Obsidian keeps aliases", { labels: "import", priority: "medium" }],
  ["To do", "Explain recovery in one page", { labels: "docs", due: inDays(9), assignees: "Bo" }],
  ["To do", "Ask three teams to try the beta", { labels: "people", assignees: "Inés" }],
  ["To do", "Fonts for Japanese and Korean", { labels: "design", assignees: "Mika" }],
  [
    "Doing",
    "Links with spaces resolve",
    {
      labels: "import",
      priority: "high",
      assignees: "Ana",
      due: inDays(1),
      description:
        "See the failing example in [[Hand-offs]].\n\n> Percent signs come from the old wiki.",
    },
  ],
  ["Doing", "Keyboard map fits one screen", { labels: "design,docs", assignees: "Bo" }],
  [
    "Doing",
    "Write down how releases are cut",
    { labels: "docs", assignees: "Ana", due: inDays(-1) },
  ],
  ["Done", "Name the release", { assignees: "Ana" }],
  ["Done", "Dark theme", { labels: "design", assignees: "Bo" }],
];

/** The days of four people who are never all at work at once. */
export const PEOPLE = {
  Ana: ["--zone", "Europe/Lisbon", "--hours", "09:00-17:30"],
  Bo: ["--zone", "Australia/Melbourne", "--hours", "08:30-16:30"],
  Mika: ["--zone", "Asia/Tokyo", "--hours", "10:00-18:30"],
  Inés: ["--zone", "America/Bogota", "--hours", "07:00-15:00"],
};

export async function fillKestrel(profile) {
  const note = (title, text, ...more) =>
    skein(profile, "note", "new", title, "--text", text, ...more);
  await note("Handbook", HANDBOOK);
  await note("Hand-offs", HANDOFFS, "--under", "Handbook");
  await note("Reisekosten und Abrechnung", "Belege bis zum Fünften.", "--under", "Handbook");
  await skein(profile, "board", "new", "Autumn release");
  for (const [column, title, fields] of CARDS) {
    const { id } = await skein(profile, "card", "add", "Autumn release", column, title);
    for (const [field, value] of Object.entries(fields)) {
      await skein(profile, "card", "set", id, field, value);
    }
  }
  await note("Interviews", INTERVIEWS);
  await note("会議メモ", MEETING);
  await note("Old agenda", "Superseded by the hand-offs.");
  await note("Ideas from the train", "A window seat helps.");
}
