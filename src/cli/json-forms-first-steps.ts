import { z } from "zod";
import { texts } from "./json-form-parts.js";
import type { JsonForm } from "./json-form-parts.js";
import { archived } from "./json-forms-daily.js";

const path = z.string().describe("an absolute path");

const initialised = z.object({
  format: z.literal("daybook.config-init/1"),
  path,
  schema: path.describe("the schema beside it, for editors"),
});

const setUp = z.object({
  format: z.literal("daybook.setup/1"),
  configuration: path,
  written: texts.describe("paths; empty when a configuration was found"),
  service: z.boolean().describe("the daemon's unit is installed"),
  ready: z.boolean().describe("nothing that was checked stands in the way of a start"),
  check: z.string().nullable().describe("what the checks printed; null with --no-check"),
});

const demonstrated = z.object({
  format: z.literal("daybook.demo/1"),
  folder: path,
  report: path,
  passes: z.array(archived).describe("oldest first"),
  verified: z.boolean().describe("every event was derived again from its page, and nothing is missing"),
});

const simulated = z.object({
  format: z.literal("daybook.simulator/1"),
  url: z.string().describe("endpoints.api of the configuration, with a slash behind it"),
  tenant_id: z.string(),
  token: z.string().describe("the only one that it accepts"),
});

const newSink = z.object({
  format: z.literal("daybook.new-sink/1"),
  folder: path,
  name: z.string(),
  kind: z.enum(["store", "sink"]),
  language: z.enum(["js", "ts"]),
});

/** The forms of what is typed before there is an archive. */
export const FIRST_STEP_FORMS: readonly JsonForm[] = [
  {
    name: "config-init",
    of: "daybook config init --json",
    commands: ["config init"],
    schema: initialised,
  },
  { name: "setup", of: "daybook setup --json", commands: ["setup"], schema: setUp },
  { name: "demo", of: "daybook demo --json", commands: ["demo"], schema: demonstrated },
  {
    name: "simulator",
    of: "daybook simulate --json, in one line as soon as it listens",
    commands: ["simulate"],
    schema: simulated,
  },
  { name: "new-sink", of: "daybook sinks new --json", commands: ["sinks new"], schema: newSink },
];
