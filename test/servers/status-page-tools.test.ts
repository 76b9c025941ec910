import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { metricText } from "../../src/serve/metric-text.js";
import { metricsOf } from "../../src/serve/metrics.js";
import { webhookHeaders } from "../../src/serve/webhook-signature.js";
import { NOW_MS, USAGE, quietTenant, snapshotOf, troubledTenant } from "../support/status-sample.js";

const docs = join(import.meta.dirname, "..", "..", "docs");
const folder = mkdtempSync(join(tmpdir(), "daybook-prometheus-"));
const promtool = join(folder, "package", "usr", "bin", "promtool");

// Debian's Prometheus, unpacked and not installed: its service must not start here.
beforeAll(() => {
  execFileSync("apt-get", ["update", "-q"], { stdio: "inherit" });
  execFileSync("apt-get", ["download", "-q", "prometheus"], { cwd: folder, stdio: "inherit" });
  const archive = readdirSync(folder).find((name) => name.endsWith(".deb")) ?? "";
  execFileSync("dpkg-deb", ["-x", archive, "package"], { cwd: folder });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("Prometheus' own tool", () => {
  it("reads every metric and finds nothing to improve", () => {
    const counts = {
      eventsSealed: [{ labels: { tenant: "contoso" }, times: 4_213 }],
      requests: [{ labels: { host: "api.powerbi.com", outcome: "429" }, times: 2 }],
    };
    const snapshot = snapshotOf(quietTenant("contoso"), troubledTenant("fabrikam"));
    const input = metricText(metricsOf({ snapshot, counts, usage: USAGE, nowMs: NOW_MS, version: "0.1.0" }));

    // Its findings go to standard error and its exit code; a metric that it cannot parse is one.
    expect(execFileSync(promtool, ["check", "metrics"], { input, encoding: "utf8" })).toBe("");
  });

  it("sees each alert of docs/alerts.yaml rise for the tenant in trouble alone", () => {
    copyFileSync(join(docs, "alerts.yaml"), join(folder, "alerts.yaml"));
    copyFileSync(
      join(import.meta.dirname, "status-page", "alert-rules.yaml"),
      join(folder, "alert-rules.yaml"),
    );

    const output = execFileSync(promtool, ["test", "rules", "alert-rules.yaml"], {
      cwd: folder,
      encoding: "utf8",
    });

    expect(output).toContain("SUCCESS");
  });
});

describe("the receiver in docs/ALERTS.md", () => {
  const recipe = /```python\n([\s\S]+?)```/.exec(readFileSync(join(docs, "ALERTS.md"), "utf8"))?.[1] ?? "";
  const body = `{"text":"Übersicht ✓"}`;
  const secret = `whsec_${Buffer.alloc(32, "s").toString("base64")}`;

  /** What the recipe says of a message that comes `lateSeconds` after it was sent. */
  function judged(headers: Readonly<Record<string, string>>, received: string, lateSeconds = 0): string {
    const program = `${recipe}
import json, sys
time.time = lambda: ${NOW_MS / 1_000 + lateSeconds}
print(is_from_daybook(json.loads(sys.argv[1]), sys.argv[2].encode(), sys.argv[3]))`;
    const argv = ["-c", program, JSON.stringify(headers), received, secret];
    return execFileSync("python3", argv, { encoding: "utf8" }).trim();
  }

  it("believes a message of the daemon's, and no altered, old or foreign one", () => {
    const signed = { id: "one", body, nowMs: NOW_MS };
    const headers = webhookHeaders(secret, signed);
    const foreign = webhookHeaders(Buffer.alloc(32, "x").toString("base64"), signed);

    expect(judged(headers, body)).toBe("True");
    expect(judged(headers, `${body} `)).toBe("False");
    expect(judged({ ...headers, "webhook-id": "two" }, body)).toBe("False");
    expect(judged(headers, body, 301)).toBe("False");
    expect(judged(foreign, body)).toBe("False");
  });
});
