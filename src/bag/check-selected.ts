import { z } from "zod";
import type { HeldDays } from "../archive/held-days.js";
import { LIMITS } from "../archive/layout.js";
import { readExpected } from "../audit/audit.js";
import type { Audit } from "../audit/audit.js";
import type { EventFilter } from "../export/event-filter.js";
import { ExportCount, exportDays } from "../export/export-days.js";
import { ndjsonForm } from "../export/line-form.js";
import { Tally } from "../io/tally.js";
import { creationTimeMicros } from "../model/creation-time.js";
import { SELECTED_PART, TRANSMITTAL } from "./bag-form.js";
import { indexRows } from "./selected-part.js";

const micros = z.string().transform((text, context) => {
  const found = creationTimeMicros(text);
  if (found !== undefined) return found;
  context.addIssue("no time");
  return z.NEVER;
});
const texts = z.array(z.string());
const transmittal = z.object({
  asked: z.object({ from: micros, to: micros }),
  filters: z.object({ activities: texts, users: texts, workspaces: texts }),
  selected: z.object({ records: z.int().min(0) }).nullable(),
});

/** Selects again from the archive part, by the filters of the transmittal, and compares records and index. */
export async function checkSelected(audit: Audit, held: HeldDays): Promise<void> {
  const said = await readTransmittal(audit);
  if (said === undefined) return;
  const { selected, filters, asked } = said;
  if (selected === null) return expectNothing(audit);
  const range = { fromMicros: asked.from, toMicros: asked.to };
  const filter: EventFilter = { range, ...filters };
  const count = new ExportCount();
  await compare(audit, "events.ndjson", exportDays(held, { filter, form: ndjsonForm() }, count));
  await compare(audit, "index.csv", indexRows(held, filter));
  audit.found.expect("BAG_SELECTED", {
    subject: TRANSMITTAL,
    found: `${selected.records} records`,
    expected: `${count.records} records`,
  });
}

async function readTransmittal(audit: Audit): Promise<z.output<typeof transmittal> | undefined> {
  const bytes = await readExpected(audit, TRANSMITTAL, LIMITS.manifest);
  if (bytes === undefined) return undefined;
  const parsed = transmittal.safeParse(jsonOf(bytes));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  audit.found.add("FILE_MALFORMED", {
    subject: TRANSMITTAL,
    found: `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`,
    expected: "a transmittal of Daybook",
  });
  return undefined;
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

async function expectNothing(audit: Audit): Promise<void> {
  for await (const path of audit.reader.list(SELECTED_PART, audit.signal))
    audit.found.add("BAG_SELECTED", {
      subject: path,
      found: "a file",
      expected: "none: nothing was filtered",
    });
}

async function compare(audit: Audit, name: string, again: AsyncIterable<Uint8Array>): Promise<void> {
  const path = `${SELECTED_PART}${name}`;
  const { reader, signal, found } = audit;
  const [there, expected] = [new Tally(), new Tally()];
  for await (const piece of expected.of(again)) void piece;
  if ((await reader.stat(path, signal)) === undefined)
    return found.add("FILE_MISSING", { subject: path, found: "nothing", expected: "a file" });
  for await (const piece of there.of(await reader.get(path, signal))) void piece;
  found.expect("BAG_SELECTED", {
    subject: path,
    found: `${there.bytes} bytes, sha256 ${there.sha256()}`,
    expected: `${expected.bytes} bytes, sha256 ${expected.sha256()}`,
  });
}
