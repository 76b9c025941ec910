import { describe, expect, it } from "vitest";
import { changedKeys } from "../../src/daemon/config-changes.js";
import { SharedHttp } from "../../src/daemon/http.js";
import { Schedule } from "../../src/daemon/schedule.js";
import type { Http, HttpAnswer, HttpRequest } from "../../src/io/http.js";

describe("changedKeys", () => {
  it("names added, removed and changed keys, sorted, and no value", () => {
    const before = { log: { level: "info" }, tenants: { a: { secret: { env: "OLD" } } }, list: [1, 2] };
    const after = { log: { level: "info" }, tenants: { b: { secret: { env: "NEW" } } }, list: [1, 3] };

    const keys = changedKeys(before, after);

    expect(keys).toEqual(["list.1", "tenants.a.secret.env", "tenants.b.secret.env"]);
  });

  it("finds nothing between equals", () => {
    expect(changedKeys({ a: { b: undefined } }, { a: { b: undefined } })).toEqual([]);
  });
});

describe("Schedule", () => {
  it("gives the next moment after now, never now itself", () => {
    const schedule = new Schedule("7 * * * *");
    const at = Date.parse("2026-11-22T12:07:00Z");

    expect(schedule.nextMs(at)).toBe(at + 3_600_000);
    expect(schedule.nextMs(at - 1)).toBe(at);
  });
});

describe("SharedHttp", () => {
  it("lets who came first go first, so that a crowd delays nobody by more than itself", async () => {
    const slow = slowHttp();
    const shared = new SharedHttp(slow.http, 2);
    const { signal } = new AbortController();

    for (const url of ["a1", "a2", "a3", "b1", "a4"]) void shared.request(request(url), signal);
    await Promise.resolve();
    expect(slow.asked).toEqual(["a1", "a2"]);
    for (let answered = 0; answered < 3; answered += 1) {
      slow.answerOldest();
      await new Promise((resolve) => setImmediate(resolve));
    }

    expect(slow.asked).toEqual(["a1", "a2", "a3", "b1", "a4"]);
  });

  it("takes who stops out of the queue and loses no turn", async () => {
    const slow = slowHttp();
    const shared = new SharedHttp(slow.http, 1);
    const stop = new AbortController();
    const { signal } = new AbortController();
    void shared.request(request("first"), signal);
    const stopped = shared.request(request("stopped"), stop.signal);
    void shared.request(request("last"), signal);

    stop.abort("SIGTERM");

    await expect(stopped).rejects.toBe("SIGTERM");
    slow.answerOldest();
    await new Promise((resolve) => setImmediate(resolve));
    expect(slow.asked).toEqual(["first", "last"]);
  });
});

function request(url: string): HttpRequest {
  return {
    method: "GET",
    url,
    headers: {},
    timeoutMs: 1,
    maxBytes: 1,
  };
}

/** Answers only when told to. */
function slowHttp(): { readonly http: Http; readonly asked: string[]; answerOldest(): void } {
  const asked: string[] = [];
  const waiting: ((answer: HttpAnswer) => void)[] = [];
  return {
    http: {
      request: ({ url }) => {
        asked.push(url);
        return new Promise((resolve) => waiting.push(resolve));
      },
    },
    asked,
    answerOldest: () => waiting.shift()?.({ status: 200, headers: {}, body: new Uint8Array() }),
  };
}
