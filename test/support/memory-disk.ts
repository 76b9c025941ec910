import { DaybookError } from "../../src/model/errors.js";
import type { ErrorCode } from "../../src/model/errors.js";
import type { Files, FileStat, FileWriter } from "../../src/io/files.js";

interface FileNode {
  readonly kind: "file";
  readonly mode: number;
  bytes: Buffer;
  /** What a power cut leaves of the content. */
  durable: Buffer;
}

interface FolderNode {
  readonly kind: "folder";
  readonly names: Map<string, Node>;
  /** The names that a power cut leaves. */
  readonly durable: Map<string, Node>;
}

type Node = FileNode | FolderNode;

/** A change of names that no sync of a folder has made durable yet. */
interface Change {
  readonly folders: readonly FolderNode[];
  apply(): void;
}

/** What a power cut takes: nothing (the process alone died), unsynced contents, or unsynced names as well. */
export type PowerCut = "nothing" | "contents" | "contents and names";

/**
 * A disk in memory that keeps no promise which nobody asked for: content is durable once its file is synced, a name once
 * its folder is, and a rename is one step. Fast enough to try every crash, which a real disk is not.
 */
export class MemoryDisk {
  readonly #root = newFolder();
  #pending: Change[] = [];

  readonly files: Files = {
    read: async (path) => Buffer.from(this.#file(path).bytes),
    stream: (path) => this.#stream(path),
    create: async (path, mode = 0o600) => this.#create(path, mode),
    writeNew: async (path, bytes, mode = 0o600) => {
      const writer = this.#create(path, mode);
      await writer.write(bytes);
      await writer.finish();
    },
    append: async (path, bytes) => {
      if (this.#find(path) === undefined) this.#create(path, 0o600);
      const file = this.#file(path);
      file.bytes = Buffer.concat([file.bytes, bytes]);
      file.durable = file.bytes;
    },
    link: async (existing, path) => this.#link(path, this.#file(existing)),
    rename: async (from, to) => this.#rename(from, to),
    remove: async (path) => {
      this.#file(path);
      this.#unlink(path);
    },
    removeTree: async (path) => this.#removeTree(path),
    makeFolder: async (path) => this.#makeFolder(path),
    syncFolder: async (path) => this.#sync(this.#folder(path)),
    list: async (path) => {
      const node = this.#find(path);
      return node?.kind === "folder" ? [...node.names.keys()].toSorted() : [];
    },
    stat: async (path) => statOf(this.#find(path)),
    target: async (path) => statOf(this.#find(path)),
    requireWritable: () => Promise.resolve(),
    freeBytes: () => Promise.resolve(1 << 30),
    watch: () => () => undefined,
    lock: () => Promise.resolve(() => undefined),
  };

  /** The machine stops and starts again. */
  cutPower(loss: PowerCut): void {
    if (loss !== "nothing") forget(this.#root, loss === "contents and names");
    this.#pending = [];
    settle(this.#root);
  }

  #find(path: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const name of path.split("/").filter((part) => part !== "")) {
      node = node?.kind === "folder" ? node.names.get(name) : undefined;
    }
    return node;
  }

  #file(path: string): FileNode {
    const node = this.#find(path);
    if (node?.kind !== "file") throw failed("FILE_NOT_FOUND", path);
    return node;
  }

  #folder(path: string): FolderNode {
    const node = this.#find(path);
    if (node?.kind !== "folder") throw failed("FILE_NOT_FOUND", path);
    return node;
  }

  #place(path: string): { readonly folder: FolderNode; readonly name: string } {
    const cut = path.lastIndexOf("/");
    return { folder: this.#folder(path.slice(0, cut)), name: path.slice(cut + 1) };
  }

  #change(
    folders: readonly FolderNode[],
    change: (pick: (folder: FolderNode) => Map<string, Node>) => void,
  ): void {
    change((folder) => folder.names);
    this.#pending.push({ folders, apply: () => change((folder) => folder.durable) });
  }

  #link(path: string, node: Node): void {
    if (this.#find(path) !== undefined) throw failed("FILE_EXISTS", path);
    const { folder, name } = this.#place(path);
    this.#change([folder], (names) => names(folder).set(name, node));
  }

  #unlink(path: string): void {
    const { folder, name } = this.#place(path);
    this.#change([folder], (names) => names(folder).delete(name));
  }

  #rename(from: string, to: string): void {
    const node = this.#find(from);
    if (node === undefined) throw failed("FILE_NOT_FOUND", from);
    const replaced = this.#find(to);
    if (replaced?.kind === "folder" && replaced.names.size > 0) throw failed("FILE_EXISTS", to);
    const source = this.#place(from);
    const target = this.#place(to);
    this.#change([source.folder, target.folder], (names) => {
      names(source.folder).delete(source.name);
      names(target.folder).set(target.name, node);
    });
  }

  #create(path: string, mode: number): FileWriter {
    const file: FileNode = { kind: "file", mode, bytes: Buffer.alloc(0), durable: Buffer.alloc(0) };
    this.#link(path, file);
    return {
      write: async (bytes) => {
        file.bytes = Buffer.concat([file.bytes, bytes]);
      },
      finish: async () => {
        file.durable = file.bytes;
      },
      abort: async () => {
        if (this.#find(path) === file) this.#unlink(path);
      },
    };
  }

  #makeFolder(path: string): void {
    const parts = path.split("/").filter((part) => part !== "");
    for (let length = 1; length <= parts.length; length += 1) {
      const part = `/${parts.slice(0, length).join("/")}`;
      if (this.#find(part) === undefined) this.#link(part, newFolder());
    }
  }

  #removeTree(path: string): void {
    const node = this.#find(path);
    if (node === undefined) return;
    if (node.kind === "folder") for (const name of node.names.keys()) this.#removeTree(`${path}/${name}`);
    this.#unlink(path);
  }

  /** Makes the folder's changes durable, and with each the earlier ones that it stands on. */
  #sync(folder: FolderNode): void {
    const touched = new Set([folder]);
    const durable = new Set<Change>();
    for (const change of this.#pending.toReversed()) {
      if (!change.folders.some((one) => touched.has(one))) continue;
      durable.add(change);
      for (const one of change.folders) touched.add(one);
    }
    for (const change of this.#pending) if (durable.has(change)) change.apply();
    this.#pending = this.#pending.filter((change) => !durable.has(change));
  }

  async *#stream(path: string): AsyncGenerator<Uint8Array> {
    yield Buffer.from(this.#file(path).bytes);
  }
}

function newFolder(): FolderNode {
  return { kind: "folder", names: new Map(), durable: new Map() };
}

function forget(folder: FolderNode, losesNames: boolean): void {
  if (losesNames) replaceAll(folder.names, folder.durable);
  for (const node of folder.names.values()) {
    if (node.kind === "folder") forget(node, losesNames);
    else node.bytes = node.durable;
  }
}

/** What is there after a start is what the disk has. */
function settle(folder: FolderNode): void {
  replaceAll(folder.durable, folder.names);
  for (const node of folder.names.values()) {
    if (node.kind === "folder") settle(node);
    else node.durable = node.bytes;
  }
}

function replaceAll(target: Map<string, Node>, source: ReadonlyMap<string, Node>): void {
  const names = [...source];
  target.clear();
  for (const [name, node] of names) target.set(name, node);
}

function statOf(node: Node | undefined): FileStat | undefined {
  if (node === undefined) return undefined;
  const isFile = node.kind === "file";
  return {
    kind: node.kind,
    bytes: isFile ? node.bytes.length : 0,
    mode: isFile ? node.mode : 0o700,
    modifiedMs: 0,
    uid: 0,
    id: idOf(node),
  };
}

const ids = new WeakMap<Node, string>();
let lastId = 0;

function idOf(node: Node): string {
  const known = ids.get(node) ?? `1:${(lastId += 1)}`;
  ids.set(node, known);
  return known;
}

function failed(code: ErrorCode, path: string): DaybookError {
  return new DaybookError(code, { message: path });
}
