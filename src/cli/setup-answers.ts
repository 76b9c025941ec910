import { z } from "zod";
import { MIN_SECRET_LENGTH, shortPart } from "../config/redactor.js";
import { EXAMPLE_ID } from "../config/schema/values.js";
import { parseDuration } from "../model/duration.js";
import { DaybookError } from "../model/errors.js";
import { SETUP_METHODS } from "./setup-methods.js";
import type { SetupMethod } from "./setup-methods.js";

/** What a first configuration needs. */
export interface Answers {
  readonly name: string;
  readonly tenantId: string;
  readonly method: SetupMethod;
  readonly clientId?: string;
  /** The secret's value, where the method has one. It is written to a file and never printed. */
  readonly secret?: string;
  readonly certificate?: string;
  readonly privateKey?: string;
  readonly tokenFile?: string;
  readonly archive: string;
  readonly schedule: string;
  readonly keep: string;
  /** Base of the API of a private cloud, a proxy or the simulator. */
  readonly api?: string;
}

/** One answer: its key, its option, the question, and what is accepted. */
export interface Question {
  readonly key: keyof Answers;
  readonly option: string;
  readonly ask: string;
  readonly fallback?: string;
  readonly isSecret?: boolean;
  /** Whether it is needed, given the answers before it. */
  readonly when?: (answers: Partial<Answers>) => boolean;
  /** What is wrong with an answer; undefined when nothing is. */
  readonly refuse: (value: string) => string | undefined;
}

const GUID = z.guid();

/** The questions in their order. Each is an option as well, for a setup without a person. */
const QUESTIONS: readonly Question[] = [
  {
    key: "name",
    option: "--name",
    ask: "A short name for the tenant, used in paths and reports",
    fallback: "main",
    refuse: (value) =>
      /^[a-z0-9][a-z0-9-]{0,39}$/.test(value)
        ? undefined
        : "expected 1 to 40 lower-case letters, digits and hyphens",
  },
  { key: "tenantId", option: "--tenant-id", ask: "Directory (tenant) id in Entra ID", refuse: refuseId },
  {
    key: "method",
    option: "--method",
    ask: `How to sign in (${SETUP_METHODS.slice(0, 4).join(", ")})`,
    fallback: "client-secret",
    refuse: (value) =>
      SETUP_METHODS.some((method) => method === value)
        ? undefined
        : `expected one of ${SETUP_METHODS.join(", ")}`,
  },
  {
    key: "clientId",
    option: "--client-id",
    ask: "Application (client) id",
    when: ({ method }) => method !== "managed-identity" && method !== "token",
    refuse: refuseId,
  },
  {
    key: "secret",
    option: "--secret-file",
    ask: "Client secret (not shown)",
    isSecret: true,
    when: ({ method }) => method === "client-secret" || method === "token",
    refuse: (value) =>
      shortPart(value.trim()) === undefined
        ? undefined
        : `expected the secret's value, ${MIN_SECRET_LENGTH} characters at least`,
  },
  {
    key: "certificate",
    option: "--certificate",
    ask: "File with the certificate, PEM",
    when: ({ method }) => method === "client-certificate",
    refuse: refusePath,
  },
  {
    key: "privateKey",
    option: "--private-key",
    ask: "File with the certificate's private key, PEM",
    when: ({ method }) => method === "client-certificate",
    refuse: refusePath,
  },
  {
    key: "tokenFile",
    option: "--token-file",
    ask: "File with the federated token",
    when: ({ method }) => method === "workload-identity",
    refuse: refusePath,
  },
  {
    key: "archive",
    option: "--archive",
    ask: "Folder for the archive",
    fallback: "/srv/daybook",
    refuse: refusePath,
  },
  {
    key: "schedule",
    option: "--schedule",
    ask: "Retention rule that the archive follows, in your organisation's words",
    refuse: (value) =>
      value.trim() === "" || value.length > 200 ? "expected 1 to 200 characters" : undefined,
  },
  {
    key: "keep",
    option: "--keep",
    ask: "How long a day is kept",
    fallback: "7y",
    refuse: (value) =>
      parseDuration(value) === undefined ? "expected a number and a unit, such as 7y" : undefined,
  },
];

function refuseId(value: string): string | undefined {
  if (!GUID.safeParse(value).success) return "expected an id such as 8d5b3f6e-2f0c-4f7e-9a51-3f1f0f6f2a11";
  return value === EXAMPLE_ID ? "found the example's id, expected your own" : undefined;
}

function refusePath(value: string): string | undefined {
  return value.startsWith("/") ? undefined : "expected an absolute path";
}

/** Asks a person. Resolves to the answer, without its line break. */
export type Ask = (question: string, options: { readonly isSecret: boolean }) => Promise<string>;

/**
 * The answers, from the options given and, where `ask` is there, from a person. Throws USAGE with every answer that is
 * missing or wrong.
 */
export async function collectAnswers(given: Partial<Answers>, ask: Ask | undefined): Promise<Answers> {
  const answers: Record<string, string> = {};
  const problems: string[] = [];
  for (const question of QUESTIONS) {
    if (question.when?.(answers) === false) continue;
    const value =
      given[question.key] ?? (ask === undefined ? question.fallback : await askOne(question, ask));
    const problem = value === undefined ? "is missing" : question.refuse(value);
    if (problem === undefined && value !== undefined) answers[question.key] = value;
    else
      problems.push(
        `${question.option}: ${value === undefined || question.isSecret === true ? "" : `found "${value}", `}${problem}`,
      );
  }
  if (problems.length > 0) {
    throw new DaybookError("USAGE", {
      message: `setup: ${problems.join("; ")}`,
      hint: "give the options that are named, or run `daybook setup` at a terminal to be asked",
    });
  }
  return { ...given, ...(answers as Partial<Answers>) } as Answers;
}

/** Asks until the answer fits; an empty line takes the fallback. */
async function askOne(
  { ask: text, fallback, isSecret = false, refuse }: Question,
  ask: Ask,
): Promise<string> {
  const question = `${text}${fallback === undefined ? "" : ` [${fallback}]`}: `;
  let note = "";
  for (;;) {
    const line = (await ask(`${note}${question}`, { isSecret })).trim();
    const value = line === "" ? (fallback ?? "") : line;
    const problem = refuse(value);
    if (problem === undefined) return value;
    note = `  ${problem}\n`;
  }
}
