import { FAILED_DELIVERIES, REVISIONS } from "./sink-revisions.js";
import type { SinkCase } from "./sink-maker.js";
import { SINK_CONDUCT } from "./sink-conduct.js";
import { CONTENT } from "./sink-content.js";

/** The contract of a sink, case by case; each runs at an empty destination of its own. */
export const SINK_CASES: readonly SinkCase[] = [
  ...CONTENT,
  ...REVISIONS,
  ...FAILED_DELIVERIES,
  ...SINK_CONDUCT,
];
