import type { StandardSchemaV1 } from '@standard-schema/spec'
import { charsetNamed } from './charset'

/**
 * How a topic's values become message bodies and back. Both directions are synchronous and may throw whatever they like:
 * the client reports it as an `EncodeError` or a `DecodeError` with the original as its cause.
 */
export interface Codec<Out, In = Out> {
  /** The body of a message. */
  encode(value: In): Uint8Array
  /** A value from a body. The body may be a view on a buffer shared with other messages: copy what you keep. */
  decode(body: Buffer): Out
}

/** What a Standard Schema found wrong with a value. */
export class SchemaIssuesError extends Error {
  readonly issues: ReadonlyArray<StandardSchemaV1.Issue>

  constructor(issues: ReadonlyArray<StandardSchemaV1.Issue>) {
    super(issues.map(issueText).join('; '))
    this.name = 'SchemaIssuesError'
    this.issues = issues
  }
}

/** JSON bodies, trusted to be what the type says. */
export function json<T>(): Codec<T>
/**
 * JSON bodies, validated on both sides by any Standard Schema (zod, valibot, arktype…): what is sent must be valid input,
 * what is received is the schema's output. The schema must be synchronous.
 */
export function json<Schema extends StandardSchemaV1>(
  schema: Schema
): Codec<StandardSchemaV1.InferOutput<Schema>, StandardSchemaV1.InferInput<Schema>>
export function json(schema?: StandardSchemaV1): Codec<unknown> {
  if (schema === undefined) return { encode: encodeJson, decode: decodeJson }
  return {
    encode(value) {
      validate(schema, value)
      return encodeJson(value)
    },
    decode: (body) => validate(schema, decodeJson(body))
  }
}

/**
 * Text bodies. Tags, keys and properties are UTF-8 whatever the charset of the body.
 *
 * @param charset `gbk`, `gb18030`, `shift_jis`, …: all but UTF-8 need the package `iconv-lite`. What a charset cannot write is an error.
 * Default UTF-8.
 * @throws OptionsError when there is no such charset, or the package is not installed.
 */
export function text(charset = 'utf-8'): Codec<string> {
  return charsetNamed(charset)
}

/** Bodies as they are. Text is taken as UTF-8 when sending. */
export function bytes(): Codec<Buffer, Buffer | Uint8Array | string> {
  return { encode: (value) => (typeof value === 'string' ? Buffer.from(value, 'utf8') : value), decode: (body) => body }
}

function encodeJson(value: unknown): Buffer {
  const encoded: string | undefined = JSON.stringify(value)
  if (encoded === undefined) throw new TypeError(`a value of type ${typeof value} has no JSON form`)
  return Buffer.from(encoded, 'utf8')
}

function decodeJson(body: Buffer): unknown {
  return JSON.parse(body.toString('utf8'))
}

function validate(schema: StandardSchemaV1, value: unknown): unknown {
  const result = schema['~standard'].validate(value)
  if (result instanceof Promise) {
    result.catch(() => undefined)
    throw new TypeError('the schema validates asynchronously: topics need a synchronous schema')
  }
  if (result.issues !== undefined) throw new SchemaIssuesError(result.issues)
  return result.value
}

function issueText(issue: StandardSchemaV1.Issue): string {
  const path = issue.path?.map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
  return path ? `${path}: ${issue.message}` : issue.message
}
