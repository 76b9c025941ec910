import type { Files } from "../io/files.js";
import { release } from "../io/release.js";
import { fileExtension } from "../model/compression.js";
import { isDaybookError } from "../model/errors.js";
import { finding } from "../model/finding.js";
import type { Finding } from "../model/finding.js";
import { bodySha256 } from "../bytes/body-digest.js";
import { decodeFrame } from "../bytes/frame-decoder.js";
import { pageFileName } from "../model/page-record.js";
import type { PageRecord } from "../model/page-record.js";
import { scanPage } from "../bytes/page-scanner.js";
import type { MemberVisitor, ScannedPage } from "../bytes/page-scanner.js";
import type { Reading } from "../model/reading.js";
import { sha256Hex } from "../model/sha256.js";
import { nextToken } from "../bytes/continuation.js";

/** Bytes that a frame may have more than what it holds: headers, and blocks that did not get smaller. */
const FRAME_SLACK_BYTES = 1 << 16;

/** A page as it lies in the spool; no `page` where a finding says why it cannot be used. */
export interface PageFile {
  readonly page?: ScannedPage;
  readonly findings: readonly Finding[];
}

/** Reads a spooled page back and compares it with its line in the page ledger; `visitor` gets its events' members. */
export async function readPageFile(
  files: Files,
  reading: Reading,
  record: PageRecord,
  visitor: MemberVisitor,
): Promise<PageFile> {
  const name = pageFileName(record.window, record.number, fileExtension(reading.compression));
  try {
    const frame = await files.read(`${reading.folder}/${name}`, record.body_bytes * 2 + FRAME_SLACK_BYTES);
    const body = await decodeFrame(frame, reading.compression, record.body_bytes);
    release(frame);
    const findings = checkBody(reading, name, record, { bytes: body.length, sha256: await bodySha256(body) });
    if (findings.length > 0) return { findings };
    const page = await scanPage(body, visitor);
    const differences = [
      ...checkEventCount(reading, name, record, page),
      ...checkTokenOut(reading, name, record, page),
    ];
    return differences.length > 0 ? { findings: differences } : { page, findings: [] };
  } catch (error) {
    if (!isUnusable(error)) throw error;
    const { day } = reading;
    const details = { subject: name, found: error.message, expected: "a page body", day };
    return { findings: [finding("PAGE_UNUSABLE", details)] };
  }
}

/** What is wrong with the page alone; a failing disk is no finding, it stops the work. */
function isUnusable(error: unknown): error is Error {
  return (
    isDaybookError(error, "ARCHIVE_DAMAGED") ||
    isDaybookError(error, "SOURCE_PAGE_INVALID") ||
    isDaybookError(error, "FILE_NOT_FOUND")
  );
}

function checkBody(
  { day }: Reading,
  name: string,
  record: PageRecord,
  { bytes, sha256 }: { readonly bytes: number; readonly sha256: string },
): readonly Finding[] {
  if (bytes === record.body_bytes && sha256 === record.body_sha256) return [];
  const found = `${bytes} bytes, sha256 ${sha256}`;
  const expected = `${record.body_bytes} bytes, sha256 ${record.body_sha256}`;
  return [finding("PAGE_BODY_DIFFERS", { subject: name, found, expected, day })];
}

function checkEventCount(
  { day }: Reading,
  name: string,
  record: PageRecord,
  page: ScannedPage,
): readonly Finding[] {
  if (page.count === record.events) return [];
  return [
    finding("PAGE_EVENTS_DIFFER", {
      subject: name,
      found: `${page.count}`,
      expected: `${record.events}`,
      day,
    }),
  ];
}

function checkTokenOut(
  { day }: Reading,
  name: string,
  record: PageRecord,
  page: ScannedPage,
): readonly Finding[] {
  const token = nextToken(page);
  const sha256 = typeof token === "string" ? sha256Hex(token) : token;
  if (sha256 === record.token_out_sha256) return [];
  const found = sha256 === undefined ? "a continuationUri without a token" : (sha256 ?? "no token");
  const expected = record.token_out_sha256 ?? "no token";
  return [finding("PAGE_TOKEN_DIFFERS", { subject: name, found, expected, day })];
}
