import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { dirname } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openWorkspace } from "../../src/cli/workspace.js";
import type { DaemonScope } from "../../src/compose/daemon-parts.js";
import type { Program } from "../../src/compose/program.js";
import { Redactor } from "../../src/config/redactor.js";
import { systemClock } from "../../src/io/clock.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { nodeHttp } from "../../src/io/node-http.js";
import { Counts } from "../../src/serve/counts.js";
import { GOOD, written } from "../config/written.js";
import { sendStatus, startScriptedServer } from "../support/scripted-server.js";
import type { DaemonView, Shown } from "../../src/serve/daemon-view.js";
import { NOW_MS, SampleState, USAGE, alarm, quietTenant, snapshotOf } from "../support/status-sample.js";

const contoso = { ...quietTenant("contoso", "2026-11-01"), alarms: [alarm("sink-behind", "vault is down")] };

interface ViewRig {
  readonly view: DaemonView;
  /** The log's lines. */
  readonly lines: readonly Record<string, unknown>[];
  /** What the configuration with this added shows. */
  shown(more: string): Promise<Shown>;
}

async function viewRig(more: string): Promise<ViewRig> {
  const path = await written(GOOD);
  const lines: Record<string, unknown>[] = [];
  const terminal = {
    isTTY: false,
    columns: 80,
    write: (text: string) => void lines.push(JSON.parse(text) as Record<string, unknown>),
  };
  const workspace = async (added: string): Promise<Program> => {
    await writeFile(path, `${GOOD.replace("path: archive", `path: ${dirname(path)}/archive`)}\n${added}`);
    return openWorkspace(
      { config: path },
      {
        env: { WEBHOOK_SECRET: Buffer.alloc(32, "s").toString("base64") },
        cwd: dirname(path),
        clock: { ...systemClock, now: () => NOW_MS },
        files: nodeFiles,
        http: nodeHttp,
        signal: new AbortController().signal,
        onHangup: () => () => undefined,
        redactor: new Redactor(),
        output: { write: async () => undefined },
        stdout: terminal,
        stderr: terminal,
      },
      "daemon",
    );
  };
  const state = new SampleState(snapshotOf(contoso));
  const scope = async (added: string): Promise<DaemonScope> =>
    (await workspace(added)).daemon({ counts: new Counts(), usage: () => USAGE, state });
  const view = (await scope(more)).view();
  onTestFinished(() => view.close());
  return { view, lines, shown: async (added) => (await scope(added)).shown };
}

/** Of the newest server that was started. */
function addressIn({ lines }: ViewRig): string {
  const started = lines.findLast(({ msg }) => msg === "status server started");
  return `http://127.0.0.1:${Number(started?.["port"])}`;
}

async function takenPort(): Promise<number> {
  const taken = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void taken.close());
  await once(taken, "listening");
  return (taken.address() as AddressInfo).port;
}

const LISTENING = "serve: { listen: 127.0.0.1:0 }";

describe("the daemon's view", () => {
  it("is shut without serve and alerts", async () => {
    const rig = await viewRig("");

    await rig.view.start();
    await rig.view.close();

    expect(rig.lines).toEqual([]);
  });

  it("shows what the daemon knows until it is closed", async () => {
    const rig = await viewRig(LISTENING);

    await rig.view.start();
    const page = await fetch(`${addressIn(rig)}/tenants/contoso/days/2026-11-10`);
    expect(await page.text()).toContain("neither the state folder nor a record sink has its manifest");

    await rig.view.close();
    await expect(fetch(addressIn(rig))).rejects.toThrow("fetch failed");
  });

  it("follows the configuration, and keeps its address where another cannot be had", async () => {
    const rig = await viewRig(LISTENING);
    await rig.view.start();
    const port = await takenPort();

    await rig.view.follow(await rig.shown(`serve: { listen: "127.0.0.1:${port}" }`));
    expect(rig.lines.at(-1)).toMatchObject({
      level: "error",
      code: "SERVE_FAILED",
      msg: "status server not moved",
    });
    expect((await fetch(`${addressIn(rig)}/healthz`)).status).toBe(200);

    const before = addressIn(rig);
    await rig.view.follow(await rig.shown(""));
    await expect(fetch(before)).rejects.toThrow("fetch failed");
  });

  it("stops the start when its address cannot be had", async () => {
    const port = await takenPort();
    const rig = await viewRig(`serve: { listen: "127.0.0.1:${port}" }`);

    await expect(rig.view.start()).rejects.toMatchObject({ code: "SERVE_FAILED" });
  });

  it("tells the receiver that the configuration names, once", async () => {
    const receiver = await startScriptedServer((_request, response) => sendStatus(response, 204));
    onTestFinished(() => receiver.close());
    const hook = `alerts: { ops: { use: webhook, url: "${receiver.url}/hook", secret: { env: WEBHOOK_SECRET } } }`;
    const rig = await viewRig(hook);

    await rig.view.start();
    await expect.poll(() => rig.lines.map(({ msg }) => msg)).toContain("alert sent");
    await rig.view.follow(await rig.shown(`${hook}\n${LISTENING}`));
    await fetch(addressIn(rig));
    await rig.view.close();

    expect(receiver.seen.map(({ url }) => url)).toEqual(["/hook"]);
  });
});
