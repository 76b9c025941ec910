import { randomBytes } from "node:crypto";
import type { Sample } from "../audit/sample.js";
import type { AuditLevel } from "../audit/verify-archive.js";
import { DaybookError } from "../model/errors.js";

export interface SampleOptions {
  readonly level: AuditLevel;
  /** `20` or `5%`. */
  readonly sample?: string;
  readonly seed?: string;
}

const SEED_BYTES = 4;

/** The sample that the options ask for; a seed is made where none is given. USAGE. */
export function sampleOf({ level, sample, seed }: SampleOptions): Sample | undefined {
  if (sample === undefined) {
    if (seed === undefined) return undefined;
    throw new DaybookError("USAGE", { message: "--seed: expected --sample beside it" });
  }
  if (level === "structure")
    throw new DaybookError("USAGE", { message: "--sample: expected --level content or deep beside it" });
  const [, number = "", percent] = /^([1-9]\d{0,5})(%?)$/.exec(sample) ?? [];
  const value = Number(number);
  if (number === "" || (percent === "%" && value > 100))
    throw new DaybookError("USAGE", {
      message: `--sample: expected a number of days, or 1% to 100%, found "${sample}"`,
    });
  return {
    seed: seed ?? randomBytes(SEED_BYTES).toString("hex"),
    size: percent === "%" ? { percent: value } : { days: value },
  };
}
