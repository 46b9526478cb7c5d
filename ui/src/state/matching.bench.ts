// What searching 10,000 titles costs, beside looking for the same letters without order, slips or initials.

import { bench, describe } from "vitest";
import { distanceTo, fold, wordsOf } from "./matching";

const titles = Array.from({ length: 10_000 }, (_, at) => fold(`Note ${at} about the flight`));

describe("10,000 titles", () => {
  const mistyped = wordsOf("fligth 99");
  bench("a mistyped word and a number", () => {
    titles.filter((title) => distanceTo(title, mistyped) !== null);
  });
  bench("the letters as they are", () => {
    titles.filter((title) => title.includes("flight") && title.includes("99"));
  });
});
