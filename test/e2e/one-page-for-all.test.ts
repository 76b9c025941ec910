import { expect, it } from "vitest";
import type { Answer, FaultRule, SimulatedRequest } from "../../packages/simulator/index.js";
import { revisionsIn } from "../support/e2e-archived.js";
import { e2eRig } from "../support/e2e-rig.js";

const isPage = ({ kind }: SimulatedRequest): boolean => kind === "activity-events";
const isOfHour7 = ({ parameters }: SimulatedRequest): boolean =>
  parameters?.get("startDateTime")?.includes("T07:") === true;

/** A cache that knows one page of T07 and gives it to every window from then on. */
function oneCachedPage(): FaultRule {
  let cached: Answer | undefined;
  return {
    when: (request) => isPage(request) && (cached !== undefined || isOfHour7(request)),
    respond: async (_request, own) => {
      cached ??= await own();
      return { body: Buffer.concat(cached.body) };
    },
  };
}

it("seals nothing when every window gets the page of T07, and names the windows", async () => {
  const rig = await e2eRig({ horizon: "3d", concurrency: 1, scenario: { eventsPerDay: 240 } });
  rig.simulator.injectFault(oneCachedPage());

  const { exit, out, err } = await rig.run("archive");

  expect(exit).toBe(69);
  expect(out).toContain("READING_INCOMPLETE");
  expect(out).toContain("T07 T08 T09");
  expect(err).toContain("check for a caching proxy, or a source that ignores startDateTime");
  expect([...revisionsIn(rig.vault)]).toEqual([]);
});

it("reads the day again and seals it once each window gets its own page", async () => {
  const rig = await e2eRig({ horizon: "3d", concurrency: 1, scenario: { eventsPerDay: 240 } });
  rig.simulator.injectFault(oneCachedPage());
  await rig.run("archive");
  await rig.restartSimulator({ eventsPerDay: 240 });

  expect(await rig.run("archive")).toMatchObject({ exit: 0, out: "contoso: 1 day sealed\n" });
});
