import { expect, test } from "vitest";
import { sizeWords } from "../../i18n/sizes";
import { meansSame, pathWords, plainAddress } from "./path";

test("an address tells by what way somebody is connected", () => {
  expect(pathWords("192.168.1.24:4711")).toBe("through this network");
  expect(pathWords("/ip4/172.20.0.4/tcp/4711")).toBe("through this network");
  expect(pathWords("127.0.0.1:9")).toBe("on this machine");
  expect(pathWords("/ip6/::1/tcp/46549")).toBe("on this machine");
  expect(pathWords("/ip4/192.168.1.24/tcp/9", ["/ip4/192.168.1.24/tcp/4711"])).toBe(
    "on this machine",
  );
  expect(pathWords("/ip4/192.168.1.25/tcp/9", ["/ip4/192.168.1.24/tcp/4711"])).toBe(
    "through this network",
  );
  expect(pathWords("84.12.9.1:4711")).toBe("over the internet");
  expect(pathWords("/ip4/84.12.9.1/udp/4711/quic-v1/p2p/12D3Koo/p2p-circuit")).toBe(
    "through the relay",
  );
});

test("an address is shown without its machinery", () => {
  expect(plainAddress("/ip4/10.0.0.2/udp/4711/quic-v1")).toBe("10.0.0.2:4711");
  expect(plainAddress("/ip6/::1/tcp/46549")).toBe("[::1]:46549");
  expect(plainAddress("example.org:4711")).toBe("example.org:4711");
});

test("one place can be written in several ways", () => {
  expect(meansSame("tcp://10.0.0.2:4711", "/ip4/10.0.0.2/tcp/4711/p2p/12D3Koo")).toBe(true);
  expect(meansSame("10.0.0.2:4711", "10.0.0.2:4712")).toBe(false);
});

test("sizes are short", () => {
  expect([0, 999, 4_820, 51_900, 3_000_000].map(sizeWords)).toEqual([
    "0 B",
    "999 B",
    "4.8 KB",
    "52 KB",
    "3.0 MB",
  ]);
});
