import { describe, expect, it } from "vitest";
import { nodeHttp } from "../../src/io/node-http.js";
import type { HttpRequest } from "../../src/io/http.js";
import { DaybookError } from "../../src/model/errors.js";
import { silentProgress } from "../../src/pass/progress.js";
import { Counts } from "../../src/serve/counts.js";
import { sendStatus, startScriptedServer } from "../support/scripted-server.js";
import { dayOf } from "../support/status-sample.js";

const day = dayOf("2026-11-10");

describe("Counts", () => {
  it("counts new events once, and tells the progress everything", () => {
    const counts = new Counts();
    const told: string[] = [];
    const progress = counts.alongside({
      ...silentProgress,
      ended: (tenant, _day, { kind }) => told.push(`${tenant} ${kind}`),
    });

    progress.ended("contoso", day, { kind: "sealed", revision: 1, records: 100, added: 100, missing: 0 });
    progress.ended("contoso", day, { kind: "sealed", revision: 2, records: 103, added: 3, missing: 0 });
    progress.ended("contoso", day, { kind: "rechecked", revision: 2, missing: 0 });
    progress.ended("fabrikam", day, { kind: "sealed", revision: 1, records: 7, added: 7, missing: 0 });
    progress.ended("fabrikam", day, { kind: "failed", code: "SOURCE_UNAVAILABLE", message: "" });

    expect(counts.eventsSealed).toEqual([
      { labels: { tenant: "contoso" }, times: 103 },
      { labels: { tenant: "fabrikam" }, times: 7 },
    ]);
    expect(told).toHaveLength(5);
  });

  it("counts requests by host and outcome, and passes every answer and failure on", async () => {
    const counts = new Counts();
    const statuses = [200, 204, 302, 404, 429, 503];
    const server = await startScriptedServer((_request, response) =>
      sendStatus(response, statuses.shift() ?? 500),
    );
    const http = counts.onHttp(nodeHttp);
    const request: HttpRequest = {
      method: "GET",
      url: `${server.url}/a?b=secret`,
      headers: {},
      timeoutMs: 2_000,
      maxBytes: 100,
    };
    const signal = new AbortController().signal;

    for (let left = statuses.length; left > 0; left--) await http.request(request, signal);
    await server.close();
    await expect(http.request(request, signal)).rejects.toBeInstanceOf(DaybookError);
    await expect(http.request(request, AbortSignal.abort(new Error("stop")))).rejects.toThrow("stop");

    const { host } = new URL(server.url);
    expect(counts.requests).toEqual(
      Object.entries({ "2xx": 2, "3xx": 1, "4xx": 1, "429": 1, "5xx": 1, "no-answer": 1 })
        .map(([outcome, times]) => ({ labels: { host, outcome }, times }))
        .toSorted((a, b) => order(a.labels.outcome) - order(b.labels.outcome)),
    );
  });
});

/** In the order in which the test saw them. */
function order(outcome: string): number {
  return ["2xx", "3xx", "4xx", "429", "5xx", "no-answer"].indexOf(outcome);
}
