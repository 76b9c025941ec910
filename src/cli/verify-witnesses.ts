import type { AnchorDemands, WitnessedHead } from "../audit/check-anchors.js";
import { durationMs, parseDuration } from "../model/duration.js";
import { DaybookError } from "../model/errors.js";
import { SIGNATURE_TYPE, parseNoteKey } from "../model/note-key.js";
import { isoTime } from "../model/utc-day.js";

export interface WitnessOptions {
  readonly witness?: readonly string[];
  readonly quorum?: string;
  readonly requireAnchorWithin?: string;
}

/** What is demanded of witnesses; undefined without such an option. USAGE for a wrong one. */
export function anchorDemands(
  { witness = [], quorum, requireAnchorWithin: within }: WitnessOptions,
  nowMs: number,
): AnchorDemands | undefined {
  if (witness.length === 0 && quorum === undefined && within === undefined) return undefined;
  const witnesses = witness.map((text) => {
    const key = parseNoteKey(text, SIGNATURE_TYPE.witness);
    if (key !== undefined) return key;
    throw new DaybookError("USAGE", {
      message: `--witness: expected NAME+8 hex digits+44 characters of base64, found ${JSON.stringify(text)}`,
      hint: "the witness's operator has its public key: `daybook witness serve` prints it",
    });
  });
  const least = quorum === undefined ? undefined : wholeNumber(quorum, witnesses.length);
  const coveredBeforeMs = within === undefined ? undefined : nowMs - lengthOf(within);
  return { witnesses, quorum: least, coveredBeforeMs };
}

/** A line for each witness that confirmed the ledger. */
export function witnessLines(witnessed: readonly WitnessedHead[], entries: number): readonly string[] {
  return witnessed.map(
    ({ name, size, atMs }) => `  witness ${name} confirmed ${size} of ${entries} entries at ${isoTime(atMs)}`,
  );
}

function wholeNumber(text: string, witnesses: number): number {
  const number = Number(text);
  const most = witnesses === 0 ? Number.POSITIVE_INFINITY : witnesses;
  if (/^\d+$/.test(text) && number >= 1 && number <= most) return number;
  throw new DaybookError("USAGE", {
    message: `--quorum: expected a whole number from 1 to the number of --witness, found "${text}"`,
  });
}

function lengthOf(text: string): number {
  const duration = parseDuration(text);
  const ms = duration && durationMs(duration);
  if (ms !== undefined) return ms;
  throw new DaybookError("USAGE", {
    message: `--require-anchor-within: expected a duration such as 48h or 3d, found "${text}"`,
  });
}
