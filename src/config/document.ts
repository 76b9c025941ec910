import { LineCounter, Scalar, isMap, isPair, isScalar, isSeq, parseDocument, visit } from "yaml";
import type { Alias, Document, Node, Pair, YAMLMap, YAMLParseError } from "yaml";
import { foundText, pathText } from "./found-text.js";
import { fillVariables } from "./variables.js";
import type { ConfigProblem } from "./problem.js";
import { syntaxRule } from "./syntax-rule.js";

type Path = readonly PropertyKey[];

/** What stands at a path, or at the nearest key above it. */
interface Spot {
  readonly offset: number;
  readonly value: unknown;
  readonly isMissing: boolean;
  /** Whether a variable's value is in it. */
  readonly isFilled: boolean;
}

/** A YAML text that knows where each of its keys stands. */
export class ConfigDocument {
  /** The text as plain values, as far as it could be understood. */
  readonly value: unknown;
  /** What is not YAML, keys given twice included. */
  readonly syntaxProblems: readonly ConfigProblem[];
  /** False when a syntax problem may have swallowed keys. */
  readonly isWhole: boolean;
  /** The first line that was not understood; what stands there and behind it may have been read wrongly. */
  readonly firstWrongLine: number;
  readonly #lines = new LineCounter();
  /** Scalars that hold the value of a variable. */
  readonly #filled = new Set<unknown>();
  readonly #document: Document;

  /** `file` is the name that problems carry. */
  constructor(
    text: string,
    private readonly file: string,
    env: Readonly<Record<string, string | undefined>> = {},
  ) {
    this.#document = parseDocument(text, {
      lineCounter: this.#lines,
      stringKeys: true,
      // The library's own check compares every key of a map with every other; #duplicates is linear.
      uniqueKeys: false,
      // Both would show parts of the text, which may be a secret.
      prettyErrors: false,
      logLevel: "error",
    });
    const { errors, warnings } = this.#document;
    const [error] = errors;
    this.firstWrongLine = error === undefined ? Infinity : this.#lines.linePos(error.pos[0]).line;
    const aliases = this.#takeAliases();
    this.isWhole = errors.length === 0 && aliases.length === 0;
    this.syntaxProblems = [
      // The errors behind the first are mostly its consequences.
      ...(error === undefined ? [] : [this.#syntaxProblem(ruleOf(error, text), error.pos[0])]),
      ...warnings.map(({ code, pos }) => this.#syntaxProblem(syntaxRule(code), pos[0])),
      ...aliases.map((alias) => this.#syntaxProblem(syntaxRule("BAD_ALIAS"), alias.range?.[0] ?? 0)),
      ...this.#duplicates(),
      ...this.#fillVariables(env),
    ];
    this.value = this.#document.toJS();
  }

  /** The problem that `rule` is broken by the value at `path`, or by its absence. */
  problem(path: Path, rule: string): ConfigProblem {
    const { offset, value, isMissing, isFilled } = this.#locate(path);
    const words = isMissing && rule.startsWith("must be ") ? `is required, and ${rule}` : rule;
    const found = isFilled ? "a variable's value" : foundText(path, value);
    return this.#problemAt(offset, pathText(path), words, found);
  }

  /** The problem that the key itself breaks `rule`. */
  problemOfKey(path: Path, rule: string): ConfigProblem {
    const { value } = this.#locate(path);
    const key = this.#keyOffset(path) ?? 0;
    return this.#problemAt(key, pathText(path), rule, foundText(path, value));
  }

  #syntaxProblem(rule: string, offset: number): ConfigProblem {
    const path = this.#pathOfKey(offset);
    return this.#problemAt(offset, path === undefined ? "YAML" : pathText(path), rule, "other text");
  }

  #problemAt(offset: number, path: string, rule: string, found: string): ConfigProblem {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.file, line, column: col, path, rule, found };
  }

  /** Keys given twice: the library counts the last. */
  #duplicates(): readonly ConfigProblem[] {
    const problems: ConfigProblem[] = [];
    visit(this.#document, {
      Map: (_, map, ancestors) => {
        const seen = new Set<string>();
        for (const { key } of map.items) {
          if (!isScalar(key)) continue;
          const name = String(key.value);
          const path = pathText([...keysOf(ancestors), name]);
          const rule = syntaxRule("DUPLICATE_KEY");
          if (seen.has(name)) problems.push(this.#problemAt(key.range?.[0] ?? 0, path, rule, "other text"));
          seen.add(name);
        }
      },
    });
    return problems;
  }

  // An alias spares few lines and hides where a value stands: it is refused, and stands as nothing until then.
  #takeAliases(): readonly Alias[] {
    const aliases: Alias[] = [];
    visit(this.#document, {
      Alias: (_, alias) => {
        aliases.push(alias);
        return Object.assign(new Scalar(null), { range: alias.range ?? null });
      },
    });
    return aliases;
  }

  /** Puts the values of variables in place of `${NAME}`, in values alone: a key is never one. */
  #fillVariables(env: Readonly<Record<string, string | undefined>>): readonly ConfigProblem[] {
    const problems: ConfigProblem[] = [];
    visit(this.#document, {
      Scalar: (key, node, ancestors) => {
        if (key === "key" || typeof node.value !== "string" || !node.value.includes("${")) return;
        const { text, hasValue, unset } = fillVariables(node.value, env);
        node.value = text;
        if (hasValue || unset.length > 0) this.#filled.add(node);
        for (const name of unset) {
          const rule = `names the variable ${name}, which is not set; \${${name}:-default} gives a default`;
          const offset = node.range?.[0] ?? 0;
          problems.push(this.#problemAt(offset, pathText(keysOf(ancestors)), rule, "no value"));
        }
      },
    });
    return problems;
  }

  #locate(path: Path): Spot {
    let node: unknown = this.#document.contents;
    let offset = 0;
    for (const [depth, key] of path.entries()) {
      const child = childOf(node, key);
      if (child === undefined) return { offset, value: undefined, isMissing: true, isFilled: false };
      const start = (child as Node | null)?.range?.[0];
      // An empty value has no place of its own.
      const isEmpty = isScalar(child) && child.source === "";
      offset = (isEmpty ? undefined : start) ?? this.#keyOffset(path.slice(0, depth + 1)) ?? offset;
      node = child;
      // What is missing below a map is reported at the map's key, not at its first entry.
      if (isMap(child) && depth < path.length - 1 && childOf(child, path[depth + 1] ?? "") === undefined) {
        offset = this.#keyOffset(path.slice(0, depth + 1)) ?? offset;
      }
    }
    return { offset, value: plainOf(node), isMissing: false, isFilled: this.#filled.has(node) };
  }

  #keyOffset(path: Path): number | undefined {
    const parent = path
      .slice(0, -1)
      .reduce<unknown>((node, key) => childOf(node, key), this.#document.contents);
    return isMap(parent)
      ? (pairOf(parent, path.at(-1) ?? "")?.key as Node | undefined)?.range?.[0]
      : undefined;
  }

  #pathOfKey(offset: number): Path | undefined {
    let found: Path | undefined;
    visit(this.#document, {
      Pair: (_, pair, ancestors) => {
        if ((pair.key as Node | null)?.range?.[0] !== offset) return undefined;
        found = [...keysOf(ancestors), String(isScalar(pair.key) ? pair.key.value : "")];
        return visit.BREAK;
      },
    });
    return found;
  }
}

/** The rule that an error breaks. Within a map on one line the brace of `${NAME}` begins another map. */
function ruleOf({ code, pos }: YAMLParseError, text: string): string {
  const isVariable = text.slice(pos[0] - 1, pos[0] + 1) === "${";
  return isVariable ? "must be in quotes: within { } and [ ] a ${NAME} needs them" : syntaxRule(code);
}

/** The keys that lead to a node. */
function keysOf(ancestors: readonly unknown[]): readonly string[] {
  return ancestors.flatMap((one) => (isPair(one) && isScalar(one.key) ? [String(one.key.value)] : []));
}

/** A scalar's value; of a map or a list only which of the two it is. */
function plainOf(node: unknown): unknown {
  if (isScalar(node)) return node.value;
  if (isSeq(node)) return [];
  return isMap(node) ? {} : undefined;
}

function childOf(node: unknown, key: PropertyKey): unknown {
  if (isMap(node)) return pairOf(node, key)?.value;
  return isSeq(node) ? node.items[Number(key)] : undefined;
}

const indexes = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

// Of a key given twice the last counts, as it does in the values.
function pairOf(map: YAMLMap, key: PropertyKey): Pair | undefined {
  let index = indexes.get(map);
  if (index === undefined) {
    index = new Map(
      map.items.flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value), pair]] : [])),
    );
    indexes.set(map, index);
  }
  return index.get(String(key));
}
