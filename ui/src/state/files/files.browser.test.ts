import { expect, test } from "vitest";
import type { Request } from "../../ipc";
import { Connection } from "../../ipc/connection";
import { FakeEngine } from "../../ipc/fake";
import { keepFile, Pictures, readFile, SLICE, sourceOf } from "./index";

function desk() {
  const engine = new FakeEngine("ready", [{ id: "n", kind: "note", title: "Note" }]);
  return { engine, ipc: new Connection(engine) };
}

const random = (size: number): Blob => {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let left = size; left > 0; left -= 65_536) {
    parts.push(crypto.getRandomValues(new Uint8Array(Math.min(left, 65_536))));
  }
  return new Blob(parts);
};

const bytesOf = async (blob: Blob): Promise<number[]> => [
  ...new Uint8Array(await blob.arrayBuffer()),
];
const never = new AbortController().signal;

test("what was kept in slices is read back byte for byte, one slice in flight", async () => {
  const { engine, ipc } = desk();
  const blob = random(SLICE * 2 + 4711);
  const done: number[] = [];
  const file = await keepFile(ipc, "n", sourceOf(blob, "a.bin"), (now) => done.push(now), never);
  expect(done).toEqual([SLICE, SLICE * 2, blob.size]);
  expect(file).toMatchObject({ name: "a.bin", size: blob.size, state: "here" });
  const read = await readFile(ipc, "n", file, "application/octet-stream");
  expect(await bytesOf(read)).toEqual(await bytesOf(blob));
  const sent = engine.requests.map(({ type }: Request) => type);
  expect(sent).toEqual([
    "begin_file",
    ...Array<string>(3).fill("put_file"),
    "finish_file",
    ...Array<string>(3).fill("read_file"),
  ]);
});

test("a file without a byte is kept too", async () => {
  const { ipc } = desk();
  const file = await keepFile(ipc, "n", sourceOf(new Blob(), "empty.txt"), () => undefined, never);
  expect((await readFile(ipc, "n", file, "text/plain")).size).toBe(0);
});

test("what is given up half-way leaves nothing behind", async () => {
  const { engine, ipc } = desk();
  const giveUp = new AbortController();
  const kept = keepFile(
    ipc,
    "n",
    sourceOf(random(SLICE * 3), "a"),
    () => giveUp.abort(),
    giveUp.signal,
  );
  await expect(kept).rejects.toThrow();
  await ipc.request({ type: "status" });
  expect(engine.files.begun).toBe(0);
  expect(engine.files.of("n")).toEqual([]);
});

test("a file that became shorter meanwhile is refused in words", async () => {
  const { engine, ipc } = desk();
  const source = { ...sourceOf(random(10), "a"), size: 20 };
  await expect(keepFile(ipc, "n", source, () => undefined, never)).rejects.toThrow(
    /read to its end/,
  );
  await ipc.request({ type: "status" });
  expect(engine.files.begun).toBe(0);
});

test("a picture is read once for all who look, and let go when there are too many that nobody sees", async () => {
  const { engine, ipc } = desk();
  const pictures = new Pictures(ipc, 150);
  const put = (name: string) => engine.files.put("n", { name }, "x".repeat(100));
  const [first, ...others] = [put("a"), put("b"), put("c")] as const;
  const leases = [first, ...others].map((file) => pictures.lease("n", file));
  const again = pictures.lease("n", first);
  const addresses = await Promise.all(leases.map(({ address }) => address));
  expect(await again.address).toBe(addresses[0]);
  expect(engine.requests.filter(({ type }) => type === "read_file")).toHaveLength(3);
  const alive = (address: string): Promise<boolean> =>
    fetch(address).then(
      () => true,
      () => false,
    );
  for (const lease of leases) lease.release();
  // The first is still looked at; of the other two one finds room.
  expect(await Promise.all(addresses.map(alive))).toEqual([true, false, true]);
  again.release();
  expect(await Promise.all(addresses.map(alive))).toEqual([true, false, false]);
});

test("a picture that could not be read is read anew by who looks next", async () => {
  const { engine, ipc } = desk();
  const file = engine.files.put("n", { name: "a", state: "away" }, "x");
  const pictures = new Pictures(ipc);
  const lease = pictures.lease("n", file);
  await expect(lease.address).rejects.toThrow();
  lease.release();
  engine.changeFile(file.id, { state: "here" });
  await expect(pictures.lease("n", file).address).resolves.toMatch(/^blob:/);
});
