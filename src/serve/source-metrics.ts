import { flag, gauge, ofEach, own } from "./metric-rule.js";
import type { MetricRule } from "./metric-rule.js";
import type { Outcome, SourceContact } from "../source/last-outcome.js";

/** What is known of the source and its sign-in. */
export const SOURCE_METRICS: readonly MetricRule[] = [
  {
    ...gauge(
      "daybook_source_answer_age_seconds",
      "Since the source last answered a request as it should; absent when that is not known.",
    ),
    samples: (source) =>
      ofEach(source, ({ source: { request } }) =>
        request?.okMs === undefined ? [] : [own((source.nowMs - request.okMs) / 1_000)],
      ),
  },
  ageRule("daybook_last_sign_in_age_seconds", "Seconds since the newest sign-in.", ({ signIn }) => signIn),
  okRule(
    "daybook_last_sign_in_ok",
    "1 when the newest sign-in was accepted, else 0.",
    ({ signIn }) => signIn,
  ),
  ageRule(
    "daybook_last_preflight_age_seconds",
    "Seconds since the newest preflight, which each start makes, and each pass while it fails.",
    ({ preflight }) => preflight,
  ),
  okRule(
    "daybook_last_preflight_ok",
    "1 when the newest preflight passed, else 0.",
    ({ preflight }) => preflight,
  ),
];

type Choice = (contact: SourceContact) => Outcome | undefined;

function ageRule(name: string, help: string, choose: Choice): MetricRule {
  return {
    ...gauge(name, help),
    samples: (viewed) =>
      ofEach(viewed, ({ source }) => {
        const outcome = choose(source);
        return outcome === undefined ? [] : [own((viewed.nowMs - outcome.atMs) / 1_000)];
      }),
  };
}

function okRule(name: string, help: string, choose: Choice): MetricRule {
  return {
    ...gauge(name, help),
    samples: (viewed) =>
      ofEach(viewed, ({ source }) => {
        const outcome = choose(source);
        return outcome === undefined ? [] : [own(flag(outcome.failure === undefined))];
      }),
  };
}
