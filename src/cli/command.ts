import type { Redactor } from "../config/redactor.js";
import type { Clock } from "../io/clock.js";
import type { Files } from "../io/files.js";
import type { Http } from "../io/http.js";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The world as a command sees it; main.ts gives the real one, a test its own. */
export interface Surroundings {
  readonly env: Environment;
  readonly cwd: string;
  readonly clock: Clock;
  readonly files: Files;
  readonly http: Http;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** Calls `listener` on each SIGHUP from now on; returns what ends that. */
  readonly onHangup: (listener: () => void) => () => void;
  /** Called when a process that goes on has nothing to do for a while: what it holds for later can go. */
  readonly giveBackMemory?: () => void;
  /** Learns every secret that is read; everything printed has passed it. */
  readonly redactor: Redactor;
  readonly stdout: Terminal;
  /** Standard output for bytes as they are: events that are exported are no text to be changed. */
  readonly output: ByteOutput;
  readonly stderr: Terminal;
}

export interface Terminal {
  readonly isTTY: boolean;
  readonly columns: number;
  write(text: string): void;
}

export interface ByteOutput {
  /** Resolves once the bytes were taken. INTERRUPTED when the reader has gone away. */
  write(bytes: Uint8Array): Promise<void>;
}

/** The options that every command takes. */
export interface CommonOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly tenant?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly logLevel?: string;
  readonly logFormat?: string;
}

/** What a command ends with: the exit code, and its answer for people and for programs. */
export interface CommandResult {
  readonly exit: number;
  readonly text: string;
  readonly json: unknown;
}

/** A command, loaded only when it is called: `--version` stays fast. */
export type Command<Options> = (options: Options, surroundings: Surroundings) => Promise<CommandResult>;
