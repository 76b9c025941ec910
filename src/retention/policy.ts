/** How many different persons must approve, and whether the one who drew the plan may. */
export interface Policy {
  readonly roster: number;
  readonly approvers: number;
  readonly separateDuties: boolean;
}
