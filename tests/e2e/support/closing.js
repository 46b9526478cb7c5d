// Asks a window to close, as a window manager does when somebody presses the button for it: WM_DELETE_WINDOW (ICCCM 4.2.8.1), in the few words of the X protocol that this takes.

import { once } from "node:events";
import { connect } from "node:net";

const LITTLE_ENDIAN = 0x6c;
const INTERN_ATOM = 16;
const SEND_EVENT = 25;
const CLIENT_MESSAGE = 33;

/** Reads so many bytes from a socket that is paused. */
async function take(socket, length) {
  for (;;) {
    const bytes = socket.read(length);
    if (bytes !== null) return bytes;
    await once(socket, "readable");
  }
}

/** A name as the server numbers it. */
async function atom(socket, name) {
  const length = 8 + Math.ceil(name.length / 4) * 4;
  const request = Buffer.alloc(length);
  request.writeUInt8(INTERN_ATOM, 0);
  request.writeUInt16LE(length / 4, 2);
  request.writeUInt16LE(name.length, 4);
  request.write(name, 8, "latin1");
  socket.write(request);
  return (await take(socket, 32)).readUInt32LE(8);
}

/** `display` is that of a desk on this machine, ":7"; `window` the number of a window there. */
export async function askToClose(display, window) {
  const socket = connect(`/tmp/.X11-unix/X${display.slice(1)}`);
  await once(socket, "connect");
  try {
    const hello = Buffer.alloc(12);
    hello.writeUInt8(LITTLE_ENDIAN, 0);
    hello.writeUInt16LE(11, 2);
    socket.write(hello);
    const answer = await take(socket, 8);
    await take(socket, answer.readUInt16LE(6) * 4);
    if (answer.readUInt8(0) !== 1) throw new Error("the display lets nobody in");

    const protocols = await atom(socket, "WM_PROTOCOLS");
    const wanted = await atom(socket, "WM_DELETE_WINDOW");
    const request = Buffer.alloc(44);
    request.writeUInt8(SEND_EVENT, 0);
    request.writeUInt16LE(request.length / 4, 2);
    request.writeUInt32LE(window, 4);
    request.writeUInt8(CLIENT_MESSAGE, 12);
    request.writeUInt8(32, 13);
    request.writeUInt32LE(window, 16);
    request.writeUInt32LE(protocols, 20);
    request.writeUInt32LE(wanted, 24);
    socket.write(request);
    // Whatever was sent before has been taken by the time that this is answered.
    await atom(socket, "WM_PROTOCOLS");
  } finally {
    socket.destroy();
  }
}
