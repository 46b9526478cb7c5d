// A small workspace for trying the view without an engine.

import type { CardView, Kind, Priority } from "../generated";

export type SeedCard = {
  title: string;
  assignees?: string[];
  labels?: string[];
  due?: string;
  priority?: Priority;
  description?: string;
  checklist?: Array<[string, boolean]>;
  otherColumn?: string;
};

export type SeedDocument = {
  id: string;
  kind: Kind;
  title: string;
  otherTitles?: string[];
  parent?: string;
  text?: string;
  conflictsWith?: string;
  columns?: Array<{ title: string; limit?: number; cards: SeedCard[] }>;
};

export type FakeCard = Omit<CardView, "descriptionLength" | "conflicts"> & { description: string };

const welcome = `Everything you write is on your own disk the moment you stop typing.
When Bea or Kenji come online, both machines swap what the other lacks.

## This week

- [x] Invite Bea and Kenji
- [ ] Move the beta list to the [[Launch board]]
- [ ] Write down what we decided about *pricing*

## How we work apart

Two people may change one sentence while neither is online. Both changes stay.
If they set **one field to two values**, both are shown and one click chooses.

> Absence is never read as deletion.

\`\`\`rust
let delivered = peers.iter().filter(|peer| peer.holds(&envelope)).count();
\`\`\`
`;

export const people = ["Ana Sousa", "Bea Okafor", "Kenji Mori"];

export const seed: SeedDocument[] = [
  { id: "n-welcome", kind: "note", title: "Start here", text: welcome },
  {
    id: "b-launch",
    kind: "board",
    title: "Launch board",
    columns: [
      {
        title: "To do",
        cards: [
          {
            title: "Write the first-week guide",
            assignees: ["m-1"],
            labels: ["docs"],
            due: "2026-11-27",
            checklist: [
              ["Outline", true],
              ["Screens", true],
              ["Read by someone new", false],
            ],
            description:
              "Short, and *true*. One page.\n\n- what happens offline\n- what a conflict looks like\n",
          },
          { title: "Ask five teams to try the beta", labels: ["research"], priority: "high" },
          {
            title: "Datenschutzgrundverordnungskonforme Auftragsverarbeitungsvereinbarung prüfen",
            assignees: ["m-2"],
            labels: ["legal"],
          },
          { title: "オフラインでの編集をテストする", assignees: ["m-3"] },
          { title: "مراجعة صفحة البداية", labels: ["design"] },
        ],
      },
      {
        title: "Doing",
        limit: 3,
        cards: [
          {
            title: "Relay on a five-euro machine",
            assignees: ["m-2", "m-3"],
            priority: "urgent",
            due: "2026-11-24",
            labels: ["infra"],
            otherColumn: "Done",
          },
          { title: "Icon at 16 px", assignees: ["m-1"], labels: ["design"] },
        ],
      },
      {
        title: "Done",
        cards: [
          { title: "Name the app", labels: ["design"] },
          { title: "Agree on the licence", assignees: ["m-1", "m-2"], priority: "low" },
        ],
      },
    ],
  },
  { id: "n-product", kind: "note", title: "Product", text: "What we are making, and for whom.\n" },
  {
    id: "n-pricing",
    kind: "note",
    title: "Pricing",
    otherTitles: ["What it costs"],
    parent: "n-product",
    text: "See [[Start here]] for how we decide.\n\nA team pays once. The relay is theirs.\n",
  },
  {
    id: "n-interviews",
    kind: "note",
    title: "Interviews",
    parent: "n-product",
    text: "Six calls in October.\n",
  },
  {
    id: "n-long",
    kind: "note",
    title: "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen und andere lange Wörter",
    parent: "n-interviews",
    text: "Lang.\n",
  },
  { id: "n-rtl", kind: "note", title: "ملاحظات الفريق", text: "نكتب هنا ما قررناه هذا الأسبوع.\n" },
  {
    id: "n-ja",
    kind: "note",
    title: "週次ふりかえり",
    text: "今週できたこと、できなかったこと。\n",
  },
];
