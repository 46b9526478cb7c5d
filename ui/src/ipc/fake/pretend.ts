// Which pretended workspace `npm run dev` shows:
// `?fake=empty|joining|naming|failed|read_only|viewer|out|many|large|notices|files|new`.

import type { AttachedFile } from "../generated";
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
    case "files":
      return withFiles();
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

/** A gradient of 32 by 18. */
const SKY =
  "iVBORw0KGgoAAAANSUhEUgAAACAAAAASCAMAAAANFixgAAAAG1BMVEU6YnpUb3xufH5/hICTjoKum4S+pIbTrojpuYrCyMQNAAAAeUlEQVQoz6WKWxLFIAhDI/Lo/ld8BZG2czv2oweTIBPgM62hLZtCu+4eW0AzyR+tK5UT6IWnQg/1LPQB96SWEzB3dvlkxMzHXtiTBckQX2V+JQS5wmUFRIer/JFnhapKyIa7HInF7woztZDW3N4o7MFh97GVecDxwg/kpwhhZfRnkgAAAABJRU5ErkJggg==";

/** A note with files in each state, of names that are hard to show. */
function withFiles(): FakeEngine {
  const engine = new FakeEngine("ready", [{ id: "n-files", kind: "note", title: "The quay" }]);
  const put = (name: string, more: Partial<AttachedFile> = {}): string =>
    `skein:file/${engine.files.put("n-files", { name, ...more }, atob(SKY)).id}`;
  const away = { state: "away", size: 48_000_000, here: 0 } as const;
  const arriving = { state: "arriving", size: 2_100_000, here: 840_000 } as const;
  const long = `${"Donaudampfschifffahrtsgesellschaft".repeat(4)}sverordnung.xlsx`;
  const text = [
    "From the walk with the harbour master.",
    `![The sky over the quay, before the boats went out](${put("sky.png")} "960x540")`,
    `Small ones stand among words, as ![](${put("dot.png")} "32x18") does here, and papers too: [Plan.pdf](${put("Plan.pdf")}) or [ملاحظات الفريق.pdf](${put("ملاحظات الفريق.pdf", away)}).`,
    `- [${long}](${put(long)})\n- [Film of the tide.mp4](${put("Film of the tide.mp4", arriving)})`,
    `![](${put("b.png", arriving)} "640x200")`,
    `![](${put("c.png", away)})`,
    `![Not a picture](${put("d.png").slice(0, 14)})`,
    "And on it goes.",
  ];
  engine.documents.get("n-files")?.setText(null, text.join("\n\n"));
  return engine;
}
