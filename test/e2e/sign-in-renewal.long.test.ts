import { join } from "node:path";
import { expect, it } from "vitest";
import { recordLinesOf, servedLines } from "../support/e2e-archived.js";
import { APPLICATION_ID, operator, sourceToken } from "../support/entra/operator.js";

const SECRET = "canary~renewal~secret";
const FIRST = sourceToken();

// What the source says once a token is over: it documents the 403 and is seen to give the 401.
it.each([
  ["403 TokenExpired", { status: 403, body: '{"error":{"code":"TokenExpired"}}' }],
  ["401", { status: 401, body: "" }],
])(
  "a token that ends in the middle of a day with %s is renewed once, and the chains go on (fault 42)",
  async (_name, respond) => {
    const own = await operator({ eventsPerDay: 200, pageSize: 3 }, FIRST);
    own.entra.secrets.set(APPLICATION_ID, SECRET);
    own.put("secret", SECRET);
    own.configure({
      auth: `{ method: client-secret, clientId: ${APPLICATION_ID}, secret: { file: ./secret } }`,
    });
    let issued = 0;
    own.entra.issue = () => (issued++ === 0 ? FIRST : own.simulator.issueToken());
    let asked = 0;
    // The first token is good for 20 requests.
    own.simulator.injectFault({
      when: ({ headers }) => headers["authorization"] === `Bearer ${FIRST}` && ++asked > 20,
      respond,
    });

    const { exit, err } = await own.run("archive", "--day", own.day);

    expect({ exit, err }).toMatchObject({ exit: 0 });
    expect(asked).toBeGreaterThan(20);
    expect(own.entra.seen).toHaveLength(2);
    const served = servedLines(own.simulator, own.day, own.clock.now());
    expect(recordLinesOf(join(own.vault, "contoso"), own.day, 1)).toEqual(served);
    expect((await own.run("verify", "--level", "deep")).exit).toBe(0);
  },
);
