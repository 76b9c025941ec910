import { guidText, pick } from "./seeded-random.js";

/** Who and what one event is about, drawn from the tenant's people and content. */
export interface Scene {
  readonly user: Person;
  readonly colleague: Person;
  readonly workspace: Thing;
  readonly report: Thing;
  readonly dataset: Thing;
  readonly app: Thing;
  readonly capacity: Thing;
  readonly tenantId: string;
  /** A GUID of this scene's own; the same number gives the same one. */
  readonly guid: (number: number) => string;
}

export interface Person {
  readonly name: string;
  readonly principalName: string;
  /** 0 regular, 2 admin, 6 service principal, 10 guest. */
  readonly type: number;
  readonly key: string;
}

export interface Thing {
  readonly id: string;
  readonly name: string;
}

const PEOPLE: readonly [string, ...string[]] = [
  "Inês Duarte",
  "Tomas Öberg",
  "Mei Tanaka",
  "Zoë O'Neil",
  "Łukasz Żak",
  "Ana Belén Muñoz",
  "Søren Kjær",
  "Dimitra Παπαδοπούλου",
  "Юлия Орлова",
  "田中 美咲",
  "Priya Nair",
  "Noah van Dijk",
  "Chloé Lefèvre",
  "Omar Al-Farsi",
  "Grace Okafor",
  "Jürgen Groß",
];
const WORKSPACES: readonly [string, ...string[]] = [
  "Finance Reporting",
  "Operations – Plant 7",
  "Data Platform [Dev]",
  "Sales EMEA",
  "Qualité & Sécurité",
  "PersonalWorkspace Mei Tanaka",
  "HR / People",
  "Lager Süd",
];
const REPORTS: readonly [string, ...string[]] = [
  "Monthly Close",
  "Líneas de producción “L7”",
  "Supplier Scorecard",
  "CFO Overview",
  "scratch – don't use",
  "売上レポート",
  "Churn <beta>",
  "Umsatz \\ Plan",
  'Q3 "final" v2',
  "Énergie 100 %",
  "Inventory 📦",
  "Headcount",
];
const DATASETS: readonly [string, ...string[]] = [
  "Finance Core",
  "FX Rates",
  "Plant Telemetry",
  "Sales Model",
  "Ressources humaines",
  "Sensor clean-up",
];
const APPS: readonly [string, ...string[]] = ["Finance Hub", "Controllers", "Plant Cockpit"];
const CAPACITIES: readonly [string, ...string[]] = ["Northwind Fabric Prod", "Northwind Fabric Dev"];

/** The scene of the event template `number` of a tenant. */
export function sceneOf(seed: number, tenantId: string, number: number): Scene {
  const thing = (names: readonly [string, ...string[]], salt: number): Thing => {
    const name = pick(names, Math.imul(number + 1, salt) >>> 3);
    return { name, id: guidText(seed, salt, names.indexOf(name)) };
  };
  return {
    user: personOf(seed, number * 7),
    colleague: personOf(seed, number * 7 + 3),
    workspace: thing(WORKSPACES, 0x9e37_79b1),
    report: thing(REPORTS, 0x85eb_ca6b),
    dataset: thing(DATASETS, 0xc2b2_ae35),
    app: thing(APPS, 0x27d4_eb2f),
    capacity: thing(CAPACITIES, 0x1656_67b1),
    tenantId,
    guid: (own) => guidText(seed, 100_000 + number, own),
  };
}

const SERVICE_PRINCIPAL = 6;

/** Every eighth caller is a service principal, known by its id; every eleventh a guest. */
function personOf(seed: number, number: number): Person {
  const id = guidText(seed, 0xa11, number % 40);
  if (number % 8 === 5) return { name: id, principalName: id, type: SERVICE_PRINCIPAL, key: id };
  const name = pick(PEOPLE, number);
  const account = name.toLowerCase().replaceAll(" ", ".");
  const key = `1003200A${id.slice(0, 8).toUpperCase()}`;
  if (number % 11 === 3) {
    return { name, principalName: `${account}_partner.example#EXT#@northwind.example`, type: 10, key };
  }
  return { name, principalName: `${account}@northwind.example`, type: number % 9 === 0 ? 2 : 0, key };
}
