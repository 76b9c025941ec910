import { alertForm } from "../compose/alert-forms.js";
import { VERSION } from "../io/version.js";
import { DaybookError } from "../model/errors.js";
import { isoTime } from "../model/utc-day.js";
import type { AlertMessage } from "../serve/alert-message.js";
import { sendAlert } from "../serve/alert-sender.js";
import type { Command, CommonOptions } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { look, lookedResult } from "./look.js";
import type { Looked } from "./look.js";
import { openWorkspace } from "./workspace.js";

export interface AlertsTestOptions extends CommonOptions {
  readonly to?: string;
}

/** Sends one test message to each receiver. The daemon's record of sent alarms does not change. */
export const alertsTest: Command<AlertsTestOptions> = async ({ to, ...options }, surroundings) => {
  const { loaded, outside, secrets } = await openWorkspace(options, surroundings);
  const { alerts = {} } = loaded.config;
  const names = Object.keys(alerts);
  if (to !== undefined && !names.includes(to)) {
    throw new DaybookError("USAGE", {
      message: `--to: expected a receiver under alerts (${names.join(", ") || "there is none"}), found ${to}`,
    });
  }
  if (names.length === 0) {
    const text = `${loaded.path}: alerts names no receiver, so there is nothing to test`;
    return {
      exit: EXIT.nothingToVerify,
      text,
      json: { format: "daybook.checks/1", config: loaded.path, checks: [] },
    };
  }
  const parts = { ...outside, redact: outside.redactor.redact, version: VERSION };
  const message = testMessage(outside.clock.now());
  const looked: Looked[] = [];
  for (const [name, config] of Object.entries(alerts).filter(([one]) => to === undefined || one === to)) {
    const send = async () => {
      const refused = await sendAlert(alertForm(name, config, secrets), message, parts, surroundings.signal);
      if (refused.length === 0) return;
      throw new DaybookError("ALERT_REFUSED", { message: `the relay refused ${refused.join(", ")}` });
    };
    looked.push(await look(`alerts ${name} (${config.use})`, "a receiver that accepts the message", send));
  }
  return lookedResult(loaded.path, looked, { config: loaded.path });
};

export function testMessage(nowMs: number): AlertMessage {
  const time = isoTime(nowMs);
  return {
    version: 1,
    id: `test-${nowMs}`,
    event: "began",
    tenant: "test",
    alarm: "test",
    subject: "",
    text: "This is a test: `daybook alerts test` sent it. Nothing is wrong.",
    days: [],
    deadline: null,
    since: time,
    time,
    head: null,
    software: `daybook ${VERSION}`,
  };
}
