// Boards that teams begin with, by their columns.

import type { Key } from "../../i18n";

export type Template = { name: Key; columns: readonly Key[] };

export const TEMPLATES: readonly Template[] = [
  { name: "template.plain", columns: ["board.column1", "board.column2", "board.column3"] },
  {
    name: "template.editorial",
    columns: [
      "template.ideas",
      "template.drafting",
      "template.review",
      "template.scheduled",
      "template.published",
    ],
  },
  {
    name: "template.bugs",
    columns: ["template.reported", "template.confirmed", "template.fixing", "template.fixed"],
  },
  {
    name: "template.weekly",
    columns: ["template.later", "template.thisWeek", "template.today", "board.column3"],
  },
];
