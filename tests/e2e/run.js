// Runs the end-to-end tests of one kind, or of all: each file in a process of its own, one after the other.

import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const here = import.meta.dirname;
const kinds = process.argv.slice(2);
const files = (
  kinds.length > 0 ? kinds : ["browser", "desktop"].filter((kind) => existsSync(join(here, kind)))
).flatMap((kind) =>
  readdirSync(join(here, kind))
    .filter((name) => name.endsWith(".test.js"))
    .sort()
    .map((name) => join(here, kind, name)),
);

// Two cores carry one set of processes at a time: files side by side would wait for one another and time out.
const child = spawn(
  process.execPath,
  ["--test", "--test-concurrency=1", "--test-reporter=spec", ...files],
  { stdio: "inherit" },
);
child.once("exit", (code) => process.exit(code ?? 1));
