import { describe, expect, it } from "vitest";
import { decodeToken, encodeToken } from "../../packages/simulator/continuation.js";
import type { Position } from "../../packages/simulator/continuation.js";

const POSITION: Position = {
  start: "2020-08-13T07:55:00Z",
  end: "2020-08-13T09:00:00Z",
  hours: 1,
  pages: 0,
  filter: undefined,
};

describe("continuation tokens", () => {
  it("writes the newer form as the documentation's own token", () => {
    const token = decodeURIComponent(encodeToken(POSITION, "new"));

    expect(Buffer.from(token, "base64").toString()).toBe(",2020-08-13T07:55:00Z,2020-08-13T09:00:00Z,1,,");
  });

  it("writes the older form as a cursor of Cosmos DB, percent-encoded", () => {
    const token = encodeToken({ ...POSITION, pages: 5 }, "old");

    expect(token).toMatch(/^%2BRID%3A[\w%]+%3D%3D%23RT%3A1%23TRC%3A5%23FPC%3A[\w%]+%3D$/);
    expect(decodeURIComponent(token)).toMatch(/^\+RID:[A-Za-z0-9+/]{22}==#RT:1#TRC:5#FPC:[A-Za-z0-9+/]+=$/);
  });

  it.each(["old", "new"] as const)("reads every position back from the %s form", (form) => {
    for (const filter of [undefined, "Activity eq 'ViewReport'", "UserId eq 'zoë, o''neil'"]) {
      for (let pages = 0; pages < 12; pages += 1) {
        const position = {
          ...POSITION,
          end: `2020-08-13T09:00:00.${"1".repeat(1 + (pages % 7))}Z`,
          pages,
          filter,
        };

        expect(decodeToken(decodeURIComponent(encodeToken(position, form)))).toEqual(position);
      }
    }
  });

  it.each(["old", "new"] as const)(
    "does not accept a token of the %s form that was cut, altered in case or encoded twice",
    (form) => {
      const encoded = encodeToken({ ...POSITION, pages: 3 }, form);
      const token = decodeURIComponent(encoded);
      const wrong = [
        encodeURIComponent(encoded),
        token.slice(0, -3),
        `${token}A`,
        token.toLowerCase(),
        "",
        "%",
      ];

      expect(wrong.map((text) => decodeToken(text))).toEqual(wrong.map(() => undefined));
    },
  );

  it("does not accept a token of the older form with any character changed", () => {
    const token = decodeURIComponent(encodeToken({ ...POSITION, pages: 3 }, "old"));
    const changed = Array.from(
      token,
      (unit, at) => token.slice(0, at) + (unit === "A" ? "B" : "A") + token.slice(at + 1),
    );

    expect(changed.filter((text) => decodeToken(text) !== undefined)).toEqual([]);
  });
});
