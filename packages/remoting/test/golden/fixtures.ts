import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * What `integration/official/recorder` writes: bytes of the official releases, and what their own classes read from them.
 * `GOLDEN_FIXTURES` names another folder of recordings, as of another seed.
 */
const root = process.env['GOLDEN_FIXTURES'] ?? join(__dirname, '..', '..', '..', '..', 'fixtures')

export const recordedReleases = ['4.9.7', '5.5.0'] as const

/** One frame. */
export interface RecordedFrame {
  readonly name: string
  readonly code: number
  readonly direction: 'to-server' | 'to-client'
  readonly side: 'request' | 'response'
  readonly encoding: 'JSON' | 'ROCKETMQ'
  /** Header class of the release; `null` when it has none. */
  readonly class: string | null
  readonly decoded: DecodedFrame
  readonly sha256: string
  readonly frameHex: string
}

export interface DecodedFrame {
  readonly code: number
  readonly language: string | null
  readonly version: number
  readonly opaque: number
  readonly flag: number
  readonly remark: string | null
  readonly extFields: Readonly<Record<string, string | null>> | null
  readonly header: Readonly<Record<string, JavaField>> | null
  readonly body: RecordedBody | null
}

/** A field as the Java object holds it; a long is decimal text. */
export interface JavaField {
  readonly type: string
  readonly value: string | number | boolean | null
}

export type RecordedBody =
  | { readonly kind: 'bytes'; readonly value: string }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'properties'; readonly value: Readonly<Record<string, string>> }
  | { readonly kind: 'json'; readonly class: string; readonly value: unknown }
  | { readonly kind: 'records'; readonly value: readonly RecordedMessage[] }
  | { readonly kind: 'batch'; readonly value: readonly RecordedBatchMessage[] }

export interface RecordedLong {
  readonly $long: string
}

export interface RecordedBytes {
  readonly length: number
  readonly hex?: string
  readonly sha256?: string
}

export interface RecordedBatchMessage {
  readonly flag: number
  readonly properties: Readonly<Record<string, string>>
  /** `null` for an empty one. */
  readonly body: RecordedBytes | null
}

/** A stored message as `MessageDecoder` reads it. */
export interface RecordedMessage extends RecordedBatchMessage {
  readonly topic: string
  readonly queueId: number
  readonly queueOffset: RecordedLong
  readonly physicalOffset: RecordedLong
  readonly storeSize: number
  readonly sysFlag: number
  readonly bodyCRC: number
  readonly bornTimestamp: RecordedLong
  /** Address in hex, colon, port. */
  readonly bornHost: string
  readonly storeTimestamp: RecordedLong
  readonly storeHost: string
  readonly reconsumeTimes: number
  readonly preparedTransactionOffset: RecordedLong
  readonly msgId: string
}

/** The recordings of one file: frames of a request, or what its name says. */
export function recordings<Recorded = RecordedFrame>(release: string, name: string): readonly Recorded[] {
  return (JSON.parse(readFileSync(join(root, release, `${name}.json`), 'utf8')) as { records: Recorded[] }).records
}

/** The recording of the headers that no request has. */
export const OTHER_HEADERS = 'other-headers'

/** Names of all requests with frames of a release. */
export function recordedRequests(release: string): readonly string[] {
  const names = readdirSync(join(root, release)).map((file) => file.replace(/\.json$/, ''))
  return names.filter((name) => name === name.toUpperCase()).sort()
}
