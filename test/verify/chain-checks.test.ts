import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { checkChains } from "../../src/verify/chain-checks.js";
import { eventText, spoolReading } from "../support/spooled-reading.js";

it("finds two chains in one window, each without a token at its start and its end", async () => {
  const folder = await mkdtemp(join(tmpdir(), "daybook-chains-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const reading = await spoolReading(folder, { hours: { 5: [[eventText("a")], [eventText("b")]] } });
  const pages = reading.pages.map((page) => ({ ...page, token_in_sha256: null, token_out_sha256: null }));

  const findings = checkChains({ ...reading, pages });

  expect(findings.map(({ code, subject }) => `${code} ${subject}`)).toEqual(["CHAIN_BROKEN T05 page 2"]);
});
