import { expect, test } from "vitest";
import { socketAddress, WebTransport } from "./web";
import type { Socket } from "./web";

test("the socket has the page's host and token", () => {
  const page = new URL("http://127.0.0.1:4711/?token=s%2Fecret#/note/n");
  expect(socketAddress(page)).toBe("ws://127.0.0.1:4711/api?token=s%2Fecret");
});

test("a broken socket is opened again, waiting longer each time, and at once after a success", () => {
  const sockets: Socket[] = [];
  const waits: number[] = [];
  let again: () => void = () => undefined;
  const open = (): Socket => {
    const socket = { send: () => undefined, close: () => undefined } as unknown as Socket;
    sockets.push(socket);
    return socket;
  };
  const clock = {
    after: (milliseconds: number, run: () => void) => {
      waits.push(milliseconds);
      again = run;
    },
  };
  const told: string[] = [];
  new WebTransport("ws://here", open, clock).start({
    opened: () => told.push("opened"),
    message: (message) => told.push(message.type),
    lost: () => told.push("lost"),
  });
  const close = () => sockets.at(-1)?.onclose?.call({} as WebSocket, { code: 1006 } as CloseEvent);
  for (let round = 0; round < 8; round += 1) {
    close();
    again();
  }
  expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 8000, 8000]);
  sockets.at(-1)?.onopen?.call({} as WebSocket, {} as globalThis.Event);
  const done = { data: '{"type":"reply","id":1,"result":{"ok":{"type":"done"}}}' };
  sockets.at(-1)?.onmessage?.call({} as WebSocket, done as MessageEvent<string>);
  close();
  expect(waits.at(-1)).toBe(250);
  expect(told).toEqual([...Array<string>(8).fill("lost"), "opened", "reply", "lost"]);
});

test("an address with a wrong token is said to be one", () => {
  const socket = {} as Socket;
  const refusals: unknown[] = [];
  new WebTransport("ws://here", () => socket, { after: () => undefined }).start({
    opened: () => undefined,
    message: () => undefined,
    lost: (refusal) => refusals.push(refusal?.code),
  });
  socket.onclose?.call({} as WebSocket, { code: 4401 } as CloseEvent);
  expect(refusals).toEqual(["denied"]);
});
