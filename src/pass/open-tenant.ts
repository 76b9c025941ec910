import type { TenantDeliveries } from "../deliver/tenant-deliveries.js";
import type { Ledger } from "../ledger/ledger.js";
import type { RetentionDesk } from "../retention/desk.js";
import type { TenantPass } from "./tenant-pass.js";

/** A tenant whose archive this process alone may write. */
export interface OpenTenant {
  readonly pass: TenantPass;
  readonly deliveries: TenantDeliveries;
  readonly retention: RetentionDesk;
  readonly ledger: Ledger;
  /** Reads what the state folder holds: to be done before work, which may take long. ARCHIVE_DAMAGED where it differs. */
  prove(signal: AbortSignal): Promise<void>;
  /** Ends or undoes what a pass that failed left half done; says what it did. */
  finishHalfSteps(signal: AbortSignal): Promise<readonly string[]>;
  /** Closes the sinks and frees the archive. */
  close(): Promise<void>;
}
