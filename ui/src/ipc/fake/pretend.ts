// Which pretended workspace `npm run dev` shows: `?fake=empty|joining|naming|failed|read_only|viewer|out|many|large|notices|new`.

import { FakeEngine, largeBoard, manyNotes } from "./index";
import { seed } from "./seed";

export function pretend(page: URL): FakeEngine {
  const wanted = page.searchParams.get("fake");
  switch (wanted) {
    case "empty":
    case "joining":
    case "read_only":
      return new FakeEngine(wanted);
    case "naming":
    case "failed": {
      const engine = new FakeEngine("joining");
      const failed = "No device of the workspace answered. It is tried again every minute.";
      const reason = wanted === "failed" ? failed : null;
      engine.status.joining = { step: wanted, received: 0, reason };
      return engine;
    }
    case "viewer": {
      const engine = new FakeEngine();
      engine.status.role = "viewer";
      engine.members = engine.members.map((member) =>
        member.me ? { ...member, role: "viewer" } : { ...member, role: "owner" },
      );
      return engine;
    }
    case "out": {
      const engine = new FakeEngine("read_only");
      engine.status = { ...engine.status, out: true, role: null };
      return engine;
    }
    case "new":
      return new FakeEngine("ready", []);
    case "many":
      return new FakeEngine("ready", manyNotes(10_000));
    case "large":
      return new FakeEngine("ready", [...seed, largeBoard(1_000)]);
    case "notices": {
      const engine = new FakeEngine();
      engine.notices = [
        {
          id: 1,
          code: "clock",
          message:
            "The clock on Kenji Mori's laptop is 3 years ahead. Nothing is lost; only the times shown for his changes are wrong.",
          since: Date.UTC(2026, 10, 22, 9),
        },
        {
          id: 2,
          code: "fork",
          message:
            "Two machines write as Bea Okafor's laptop. Both are kept. Add the second machine by an invite of its own.",
          since: Date.UTC(2026, 10, 22, 8),
        },
      ];
      return engine;
    }
    default:
      return new FakeEngine();
  }
}
