import { describe, expect, it } from "vitest";
import { NOW_MS, alarm, silentLog } from "../support/status-sample.js";
import { VirtualClock } from "../support/virtual-clock.js";
import { events, standing, webhookRig } from "../support/webhook-rig.js";

const BEHIND = alarm("sink-behind", "vault is down", { subject: "vault" });

describe("the webhook's loop", () => {
  it("waits longer after each failure, up to a quarter of an hour, and never gives up", async () => {
    const one = await webhookRig(BEHIND);
    one.statuses.push(...Array<number>(12).fill(503));
    const stop = new AbortController();
    const running = one.webhook({ log: { ...silentLog, info: () => stop.abort() } }).run(stop.signal);

    await running;

    expect(one.received).toHaveLength(13);
    expect(one.clock.waits.slice(0, 12).map((ms) => ms / 1_000)).toEqual([
      5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900, 900,
    ]);
  });

  it("tells a change at once, and stops at once", async () => {
    const one = await webhookRig();
    const clock = new PatientClock();
    const stop = new AbortController();
    const running = one.webhook({ clock }).run(stop.signal);
    await clock.isWaiting;

    one.state.become(standing(BEHIND));
    while (one.received.length === 0) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    await running;

    expect(events(one)).toEqual(["began sink-behind"]);
  });
});

/** Stands still: a wait ends when it is aborted, and not before. */
class PatientClock extends VirtualClock {
  readonly isWaiting: Promise<void>;
  #begin: () => void = () => undefined;

  constructor() {
    super(NOW_MS);
    this.isWaiting = new Promise((resolve) => {
      this.#begin = resolve;
    });
  }

  override sleep(_ms: number, signal?: AbortSignal): Promise<void> {
    this.#begin();
    return new Promise((_resolve, reject) => {
      const end = (): void => reject(signal?.reason);
      if (signal?.aborted === true) end();
      else signal?.addEventListener("abort", end, { once: true });
    });
  }
}
