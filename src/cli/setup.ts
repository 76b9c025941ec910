import { dirname, resolve } from "node:path";
import { runProgram } from "../io/run-program.js";
import type { Ended } from "../io/run-program.js";
import type { Files } from "../io/files.js";
import { DaybookError } from "../model/errors.js";
import { terminalAsk } from "./ask.js";
import type { Command, CommandResult, Surroundings } from "./command.js";
import { configCheck } from "./config-check.js";
import { EXIT } from "./exit-codes.js";
import { collectAnswers } from "./setup-answers.js";
import type { Answers } from "./setup-answers.js";
import { checkInUnit, required } from "./setup-check.js";
import type { SetupMethod } from "./setup-methods.js";
import { configurationText, dropInText, secretFileOf } from "./setup-files.js";
import { sinksCheck } from "./sinks-check.js";

export interface SetupOptions {
  readonly config: string;
  readonly name?: string;
  readonly tenantId?: string;
  readonly method?: SetupMethod;
  readonly clientId?: string;
  readonly secretFile?: string;
  readonly certificate?: string;
  readonly privateKey?: string;
  readonly tokenFile?: string;
  readonly archive?: string;
  readonly schedule?: string;
  readonly keep?: string;
  readonly api?: string;
  readonly check: boolean;
  readonly json?: boolean;
}

const DROP_IN = "/etc/systemd/system/daybook.service.d/archive.conf";
const MAX_SECRET_BYTES = 65_536;

/** What `systemctl cat` prints of the daemon's unit; undefined where it is not installed. */
type Unit = string | undefined;

/**
 * From nothing to a checked configuration: the configuration, the secret's file, the folder of the archive, the unit's
 * drop-in, and a check as the unit would run it. Where there is a configuration, it is only checked. Otherwise the drop-in and
 * the secret's file are replaced: they are left over from a setup that was interrupted. Starts nothing.
 */
export const setup: Command<SetupOptions> = async (options, surroundings) => {
  const { files, cwd, signal } = surroundings;
  const configuration = resolve(cwd, options.config);
  const { exit, output } = await runProgram("systemctl", ["cat", "daybook.service"]);
  const isService = exit === 0;
  if (isService && process.getuid?.() !== 0) throw notRoot();
  const isNew = (await files.stat(configuration)) === undefined;
  const written = isNew
    ? await write(configuration, await answersOf(options, surroundings), isService, files)
    : [];
  // A drop-in that was written just now is part of the unit.
  const unit: Unit = isService
    ? (await runProgram("systemctl", ["cat", "daybook.service"])).output
    : undefined;
  signal.throwIfAborted();
  const check = options.check ? await checked(configuration, unit, surroundings) : undefined;
  return outcome({ configuration, written, unit }, check);

  function notRoot(): DaybookError {
    return new DaybookError("USAGE", {
      message: `setup: found the service daybook and user id ${process.getuid?.()}, expected root: ${output.split("\n", 1)[0]}`,
      hint: "run it with sudo; to set up an archive of your own, without the service, name a file with --config on a machine without it",
    });
  }
};

/** The answers from the options and the terminal. `--secret-file -` reads the secret from standard input. */
async function answersOf(
  options: SetupOptions,
  { files, cwd, redactor, signal }: Surroundings,
): Promise<Answers> {
  const { config: _config, check: _check, json: _json, secretFile, ...given } = options;
  if (secretFile === undefined) return collectAnswers(given, terminalAsk(signal));
  const path = secretFile === "-" ? "/dev/stdin" : resolve(cwd, secretFile);
  const text = new TextDecoder().decode(await files.read(path, MAX_SECRET_BYTES));
  const secret = text.replace(/\r?\n$/, "");
  if (secret !== "") redactor.add(secret);
  return collectAnswers({ ...given, secret }, secretFile === "-" ? undefined : terminalAsk(signal));
}

/** Writes everything; returns the paths. The configuration comes last: a setup that was interrupted starts again. */
async function write(
  configuration: string,
  answers: Answers,
  isService: boolean,
  files: Files,
): Promise<readonly string[]> {
  const secretFile = secretFileOf(configuration, answers);
  const written: string[] = [];
  await files.makeFolder(dirname(configuration), 0o755);
  await makeArchiveFolder(answers.archive, isService, files);
  written.push(answers.archive);
  if (isService) {
    await files.makeFolder(dirname(DROP_IN), 0o755);
    await replace(DROP_IN, dropInText(answers.archive), 0o644);
    await required("systemctl", ["daemon-reload"]);
  }
  if (answers.secret !== undefined) await replace(secretFile, `${answers.secret}\n`, 0o640);
  await replace(configuration, configurationText(answers, secretFile), 0o640);
  return written;

  async function replace(path: string, text: string, serviceMode: number): Promise<void> {
    await files.removeTree(path);
    const mode = isService ? serviceMode : 0o600;
    await files.writeNew(path, new TextEncoder().encode(text), mode);
    // The daemon reads by its group what root has written.
    if (isService && serviceMode === 0o640) await required("chown", ["root:daybook", path]);
    written.push(path);
  }
}

/** Makes the folder, owned by the service's user. One that holds something already keeps its owner. */
async function makeArchiveFolder(path: string, isService: boolean, files: Files): Promise<void> {
  const isEmpty = (await files.list(path)).length === 0;
  await files.makeFolder(path, 0o750);
  if (isService && isEmpty) await required("chown", ["daybook:daybook", path]);
}

/** The checks in the unit's sandbox, or, without the service, in this process. */
async function checked(configuration: string, unit: Unit, surroundings: Surroundings): Promise<Ended> {
  if (unit !== undefined) return checkInUnit(unit, configuration, surroundings.files);
  const { exit, text } = await configCheck({ config: configuration, online: true }, surroundings);
  if (exit !== EXIT.ok) return { exit, output: text };
  const sinks = await sinksCheck({ config: configuration }, surroundings);
  return { exit: sinks.exit, output: `${text}\n${sinks.text}` };
}

interface Done {
  readonly configuration: string;
  readonly written: readonly string[];
  readonly unit: Unit;
}

function outcome({ configuration, written, unit }: Done, check: Ended | undefined): CommandResult {
  const isReady = check === undefined || check.exit === EXIT.ok;
  const again =
    unit === undefined ? `daybook config check --online --config ${configuration}` : "daybook setup";
  const start = unit === undefined ? `daybook run --config ${configuration}` : "systemctl start daybook";
  const lines = [
    ...(written.length === 0
      ? [`${configuration}: found, nothing written`]
      : written.map((path) => `written  ${path}`)),
    ...(check === undefined
      ? []
      : ["", unit === undefined ? "Check:" : "Check, as the service runs:", check.output]),
    "",
    isReady
      ? `Nothing is running yet. Start it: ${start}`
      : `Not ready. Correct what is wrong above, then check again: ${again}`,
  ];
  const json = {
    format: "daybook.setup/1",
    configuration,
    written,
    service: unit !== undefined,
    ready: isReady,
    check: check?.output ?? null,
  };
  return { exit: check?.exit ?? EXIT.ok, text: lines.join("\n"), json };
}
