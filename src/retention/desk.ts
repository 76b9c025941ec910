import { AutomaticDisposal } from "./automatic.js";
import { Copies } from "./copies.js";
import { Disposals } from "./disposals.js";
import { Exports } from "./exports.js";
import { Holds } from "./holds.js";
import type { RetentionParts } from "./parts.js";
import { People } from "./people.js";
import { DisposalRun } from "./run-disposal.js";
import { Shortening } from "./shorten.js";
import { Standing } from "./standing.js";
import { Statements } from "./statements.js";

/** Everything that can be done about the retention of one open archive. */
export class RetentionDesk {
  readonly statements: Statements;
  readonly people: People;
  readonly holds: Holds;
  readonly copies: Copies;
  readonly schedules: Shortening;
  readonly disposals: Disposals;
  readonly run: DisposalRun;
  readonly standing: Standing;
  readonly automatic: AutomaticDisposal;
  readonly exports: Exports;

  /** Brings the ledger of every record sink up to date: what a person did must not be lost with this machine. */
  readonly sync: RetentionParts["syncLedgers"];

  constructor(parts: RetentionParts) {
    this.sync = parts.syncLedgers;
    this.statements = new Statements(parts);
    this.people = new People(parts, this.statements);
    this.holds = new Holds(parts, this.statements);
    this.copies = new Copies(parts);
    this.schedules = new Shortening(parts, this.statements);
    this.disposals = new Disposals(parts, this.statements);
    this.run = new DisposalRun(parts, this.disposals);
    this.standing = new Standing(parts, this.statements);
    this.exports = new Exports(parts);
    this.automatic = new AutomaticDisposal(parts, this.disposals, this.standing, this.run);
  }
}
