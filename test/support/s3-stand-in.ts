import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { aboutObject, header, joined, receive } from "./s3-stand-in-body.js";
import { Refusal, StandInBucket } from "./s3-stand-in-bucket.js";
import type { Content, Version } from "./s3-stand-in-bucket.js";
import { listObjects, listVersions, tag, tagged } from "./s3-stand-in-xml.js";

/** What some stores do wrong; a test turns one on. */
export type Quirk =
  | "drops locks"
  | "drops checksums"
  | "takes any checksum"
  | "ignores conditions"
  | "lets locked objects go"
  | "forgets objects"
  | "loses the answer to a put"
  | "cuts a body short"
  | "cuts a listing short"
  | "conflicts";

export interface StandIn {
  readonly endpoint: string;
  readonly quirks: Set<Quirk>;
  /** Method and path of every request so far. */
  readonly requests: string[];
  /** Answers in the place of the bucket when it gives a refusal. */
  refuse: ((request: IncomingMessage) => Refusal | undefined) | undefined;
  close(): Promise<void>;
}

export const ACCESS_KEY = "writerkey";

interface Visit {
  readonly bucket: StandInBucket;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** A small S3 in this process, with versions, Object Lock, conditions and checksums. Signatures are not checked. */
export async function startStandIn(): Promise<StandIn> {
  const folder = await mkdtemp(join(tmpdir(), "daybook-s3-"));
  const server = new StandInServer(folder);
  const http = createServer((request, response) => void server.answer(request, response));
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  return Object.assign(server, {
    endpoint: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    close: async () => {
      http.closeAllConnections();
      http.close();
      await rm(folder, { recursive: true, force: true });
    },
  });
}

class StandInServer {
  readonly quirks = new Set<Quirk>();
  readonly requests: string[] = [];
  refuse: StandIn["refuse"] = undefined;
  readonly #buckets = new Map<string, StandInBucket>();

  constructor(readonly folder: string) {}

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#route(request, response);
    } catch (error) {
      if (response.destroyed || response.headersSent) return void response.destroy();
      const { status, code, headers } = error instanceof Refusal ? error : new Refusal(500, "InternalError");
      response.writeHead(status, { "content-type": "application/xml", ...headers });
      response.end(request.method === "HEAD" ? "" : tag("Error", tag("Code", code)));
      request.resume();
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams: query } = new URL(request.url ?? "", "http://stand-in");
    const [, name = "", ...rest] = pathname.split("/").map(decodeURIComponent);
    this.requests.push(`${request.method} ${pathname}`);
    const refusal = this.refuse?.(request);
    if (refusal !== undefined) throw refusal;
    if (!(request.headers.authorization ?? "").includes(`Credential=${ACCESS_KEY}/`)) {
      throw new Refusal(403, "InvalidAccessKeyId");
    }
    const key = rest.join("/");
    if (key === "" && request.method === "PUT" && query.size === 0) {
      this.#buckets.set(
        name,
        new StandInBucket(header(request, "x-amz-bucket-object-lock-enabled") === "true"),
      );
      return void response.end();
    }
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) throw new Refusal(404, "NoSuchBucket");
    const visit = { bucket, key, query, request, response };
    await (key === "" ? this.#bucket(visit) : this.#object(visit));
  }

  async #bucket({ bucket, query, request, response }: Visit): Promise<void> {
    const isPut = request.method === "PUT";
    const body = isPut ? await text(request) : "";
    if (query.has("versioning")) {
      if (isPut) bucket.versioning = tagged(body, "Status") === "Enabled";
      const status = bucket.versioning ? tag("Status", "Enabled") : "";
      return void response.end(isPut ? "" : tag("VersioningConfiguration", status));
    }
    if (query.has("object-lock")) {
      if (!bucket.hasLock) throw new Refusal(404, "ObjectLockConfigurationNotFoundError");
      const [mode, days] = [tagged(body, "Mode"), Number(tagged(body, "Days"))];
      if (isPut) bucket.defaultRetention = mode === undefined ? undefined : { mode, days };
      const { defaultRetention: standard } = bucket;
      const rule = standard
        ? tag("Rule", tag("DefaultRetention", tag("Mode", standard.mode) + tag("Days", `${standard.days}`)))
        : "";
      const configuration = tag("ObjectLockEnabled", "Enabled") + rule;
      return void response.end(isPut ? "" : tag("ObjectLockConfiguration", configuration));
    }
    if (query.has("uploads")) {
      const uploads = [...bucket.uploads.keys()].map((id) => tag("Upload", tag("UploadId", id)));
      return void response.end(tag("ListMultipartUploadsResult", uploads.join("")));
    }
    const cut = this.quirks.has("cuts a listing short");
    response.end(query.has("versions") ? listVersions(bucket, query, cut) : listObjects(bucket, query, cut));
  }

  async #object(visit: Visit): Promise<void> {
    const { bucket, key, query, request, response } = visit;
    const id = query.get("versionId") ?? undefined;
    switch (request.method ?? "") {
      case "PUT":
        return query.has("uploadId") ? this.#putPart(visit) : this.#put(visit);
      case "POST":
        return query.has("uploads") ? this.#startParts(visit) : this.#joinParts(visit);
      case "GET":
      case "HEAD":
        return this.#show(request, response, bucket.find(key, id));
      case "DELETE": {
        if (query.has("uploadId")) bucket.uploads.delete(query.get("uploadId") ?? "");
        else if (this.quirks.has("lets locked objects go") && id !== undefined) {
          Object.assign(bucket.find(key, id), { retention: undefined, hold: false });
          bucket.remove(key, id);
        } else {
          const { marker } = bucket.remove(key, id);
          if (marker !== undefined) response.setHeader("x-amz-delete-marker", "true");
        }
        return void response.writeHead(204).end();
      }
      default:
        throw new Refusal(405, "MethodNotAllowed");
    }
  }

  async #put({ bucket, key, query, request, response }: Visit): Promise<void> {
    const id = query.get("versionId") ?? undefined;
    if (query.has("retention") || query.has("legal-hold")) {
      const body = await text(request);
      const untilMs = Date.parse(tagged(body, "RetainUntilDate") ?? "");
      if (query.has("legal-hold")) bucket.hold(key, id, tagged(body, "Status") === "ON");
      else if (!this.quirks.has("drops locks")) {
        bucket.retain(key, id, { mode: tagged(body, "Mode") ?? "", untilMs });
      }
      return void response.end();
    }
    // As Ceph 20 where a bucket keeps versions: looked at first, so that several writers at once all pass.
    if (bucket.versioning && this.#isConditional(request)) bucket.requireAbsent(key);
    const content = await receive(request, this.folder, !this.quirks.has("takes any checksum"));
    if (this.quirks.has("conflicts")) throw new Refusal(409, "ConditionalRequestConflict");
    this.#store(bucket, key, content, request, response);
    if (this.quirks.has("loses the answer to a put")) return void response.destroy();
    response.end();
  }

  #store(
    bucket: StandInBucket,
    key: string,
    content: Content,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    if (this.quirks.has("forgets objects")) return;
    const kept = {
      ...content,
      ...(this.quirks.has("drops locks") ? { retention: undefined } : {}),
      ...(this.quirks.has("drops checksums") ? { checksum: undefined } : {}),
    };
    const isChecked = request.method === "POST" || !bucket.versioning;
    if (isChecked && this.#isConditional(request)) bucket.requireAbsent(key);
    const version = bucket.put(key, kept);
    if (bucket.versioning) response.setHeader("x-amz-version-id", version.id);
    response.setHeader("etag", `"${content.etag}"`);
  }

  #isConditional(request: IncomingMessage): boolean {
    return header(request, "if-none-match") === "*" && !this.quirks.has("ignores conditions");
  }

  async #startParts({ bucket, request, response }: Visit): Promise<void> {
    const id = randomUUID();
    const head = { file: "", bytes: 0, etag: "", ...aboutObject(request) };
    bucket.uploads.set(id, { parts: new Map(), head });
    response.end(tag("InitiateMultipartUploadResult", tag("UploadId", id)));
  }

  async #putPart({ bucket, query, request, response }: Visit): Promise<void> {
    const upload = bucket.uploads.get(query.get("uploadId") ?? "");
    const part = await receive(request, this.folder, true);
    if (upload === undefined) throw new Refusal(404, "NoSuchUpload");
    upload.parts.set(Number(query.get("partNumber")), part);
    response.writeHead(200, { etag: `"${part.etag}"` }).end();
  }

  async #joinParts({ bucket, key, query, request, response }: Visit): Promise<void> {
    const upload = bucket.uploads.get(query.get("uploadId") ?? "");
    request.resume();
    if (upload === undefined) throw new Refusal(404, "NoSuchUpload");
    const parts = [...upload.parts].toSorted(([a], [b]) => a - b).map(([, part]) => part);
    const content = { ...upload.head, ...(await joined(parts, this.folder)) };
    this.#store(bucket, key, content, request, response);
    bucket.uploads.delete(query.get("uploadId") ?? "");
    response.end(tag("CompleteMultipartUploadResult", tag("ETag", content.etag)));
  }

  async #show(
    request: IncomingMessage,
    response: ServerResponse,
    { id, madeMs, content, retention, hold }: Version & { readonly content: Content },
  ): Promise<void> {
    response.writeHead(200, {
      ...content.headers,
      "content-length": content.bytes,
      "last-modified": new Date(madeMs).toUTCString(),
      etag: `"${content.etag}"`,
      ...(id === "null" ? {} : { "x-amz-version-id": id }),
      ...(hold ? { "x-amz-object-lock-legal-hold": "ON" } : {}),
      ...(header(request, "x-amz-checksum-mode") === "ENABLED" && content.checksum !== undefined
        ? { "x-amz-checksum-sha256": content.checksum }
        : {}),
      ...(retention === undefined
        ? {}
        : {
            "x-amz-object-lock-mode": retention.mode,
            "x-amz-object-lock-retain-until-date": new Date(retention.untilMs).toISOString(),
          }),
    });
    if (request.method === "HEAD") return void response.end();
    if (!this.quirks.has("cuts a body short")) return pipeline(createReadStream(content.file), response);
    response.write(Buffer.alloc(Math.floor(content.bytes / 2)), () => response.destroy());
  }
}
