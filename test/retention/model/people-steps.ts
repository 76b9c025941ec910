import * as fc from "fast-check";
import { isDaybookError } from "../../../src/model/errors.js";
import { addDays } from "../../../src/model/utc-day.js";
import { FIRST_DAY, expectEnd, keepOf, survive } from "./command.js";
import type { Step } from "./command.js";
import { REASON } from "./contents.js";
import { ROSTERS, proposed } from "./people.js";
import { numbered } from "./plain-model.js";
import { same } from "./same.js";
import { signer } from "./signers.js";

export const holdPlace = fc
  .tuple(fc.constantFrom("range", "future", "all"), fc.nat(5), fc.nat(2), signer)
  .map(([kind, first, length, by]): Step => {
    const from = kind === "all" ? null : addDays(FIRST_DAY, first);
    const to = kind === "range" ? addDays(FIRST_DAY, first + length) : null;
    return {
      name: `hold ${from ?? "…"} to ${to ?? "…"} by ${by.as} with the key of ${by.with}`,
      run: async (model, real) => {
        const isGranted = model.mayAct("hold", by.as, by.with);
        const request = {
          act: "hold-place",
          from,
          to,
          future: kind !== "range",
          matter: "M-1",
          reason: REASON,
        } as const;
        const ended = await expectEnd(real, isGranted, () => real.world.ask(request, [by]), {
          what: "hold",
          act: "hold-placed",
        });
        if (ended === "done") model.place(from, to);
      },
    };
  });

export const holdRelease = fc.tuple(fc.integer({ min: 1, max: 4 }), signer).map(([number, by]): Step => {
  const id = numbered("H", number);
  return {
    name: `release ${id} by ${by.as} with the key of ${by.with}`,
    check: ({ holds }) => holds.length >= number,
    run: async (model, real) => {
      const hold = model.holds.find((one) => one.id === id);
      const isGranted = hold?.isReleased === false && model.mayAct("hold", by.as, by.with);
      const request = { act: "hold-release", hold: id, reason: REASON } as const;
      const ended = await expectEnd(real, isGranted, () => real.world.ask(request, [by]), {
        what: "release",
        act: "hold-released",
      });
      if (ended === "done" && hold !== undefined) hold.isReleased = true;
    },
  };
});

export const setRule = fc.constantFrom(30, 60, 300, 900).map((keepDays): Step => ({
  name: `keep ${keepDays}d from now on`,
  run: async (model, { world }) => {
    const settings = { ...world.settings, schedule: "FIN", keep: keepOf(keepDays) };
    // The next process records the rule when this one dies before it could.
    await survive(world, () => world.lengthen(settings));
    model.setRule(keepDays, false);
    await survive(world, () => world.deliver());
  },
}));

export const shorten = fc.tuple(signer, fc.boolean()).map(([by, isSigned]): Step => ({
  name: `shorten by ${by.as} with the key of ${by.with}${isSigned ? "" : ", unsigned"}`,
  run: async (model, real) => {
    const last = model.rules.at(-1);
    if (!isSigned) {
      const { size } = real.world.archive.ledger;
      const ask = (): Promise<unknown> =>
        real.world.ask({ act: "shorten" }, [by], false).catch((error: unknown) => {
          if (!isDaybookError(error, "USAGE")) throw error;
        });
      await survive(real.world, ask);
      same(real.world.hasAct("schedule-set", size), false, "shortened without a signature");
      return;
    }
    const isGranted = model.mayAct("approve", by.as, by.with);
    const ended = await expectEnd(real, isGranted, () => real.world.ask({ act: "shorten" }, [by]), {
      what: "shorten",
      act: "schedule-set",
    });
    if (ended === "done") model.setRule(last?.keepDays ?? 0, true);
  },
}));

export const rosterApply = fc
  .tuple(
    fc.nat(ROSTERS.length - 1),
    fc.array(signer, { minLength: 1, maxLength: 3 }),
    fc.integer({ min: 0, max: 5 }),
  )
  .map(([index, by, chance]): Step => {
    const rules = ROSTERS[index] ?? { people: [], approvers: 1 };
    const breakGlass = chance === 0;
    const names = by.map(({ as, with: key }) => (as === key ? as : `${as} (${key})`)).join(", ");
    return {
      name: `roster ${rules.people.join(", ")} of ${rules.approvers}${breakGlass ? " by break-glass" : ` signed by ${names}`}`,
      run: async (model, real) => {
        const { world } = real;
        world.settings = { ...world.settings, approvers: rules.approvers, people: proposed(rules) };
        await survive(world, () => world.start());
        if (JSON.stringify(model.rosters.at(-1)?.rules) === JSON.stringify(rules)) return;
        const isSigned = by.every(
          ({ as, with: key }) => model.roster()?.rules.people.includes(as) === true && as === key,
        );
        const hasQuorum = isSigned && model.hasQuorum(by.map(({ as }) => as));
        const isGranted = breakGlass ? model.hasAgreedTime() : model.isRosterSure() && hasQuorum;
        const request = { act: "people-apply", breakGlass } as const;
        const ended = await expectEnd(real, isGranted, () => world.ask(request, breakGlass ? [] : by), {
          what: "roster",
          act: "roster-set",
        });
        if (ended === "done") model.setRoster(rules, breakGlass);
      },
    };
  });
