import { type JsonLimits, readJsonBytes } from '../json/read-json'
import type { JsonStyle } from '../json/write-json'
import { BodyReader } from './body-reader'
import type { BodyType } from './body-type'

/** The body of one side of a request. */
export interface BodyCodec<Body = unknown> {
  readonly shape: 'none' | 'bytes' | 'text' | 'properties' | 'json'
  /** Throws a `ProtocolError` for bytes that are no such body: answer with an error, the frame itself was sound. */
  decode(bytes: Buffer, limits?: JsonLimits): Body
  encode(body: Body, style?: JsonStyle): Buffer
}

const EMPTY = Buffer.alloc(0)

/** No body; whatever comes is ignored. */
export const noBody: BodyCodec<undefined> = {
  shape: 'none',
  decode: () => undefined,
  encode: () => EMPTY
}

/** Bytes that something else reads. */
export const bytesBody: BodyCodec<Buffer> = {
  shape: 'bytes',
  decode: (bytes) => bytes,
  encode: (body) => body
}

/** UTF-8 text. */
export const textBody: BodyCodec<string> = {
  shape: 'text',
  decode: (bytes) => bytes.toString('utf8'),
  encode: (body) => Buffer.from(body, 'utf8')
}

/** Lines of `key=value`, as configurations travel. */
export const propertiesBody: BodyCodec<ReadonlyMap<string, string>> = {
  shape: 'properties',
  decode: (bytes) => new Map(bytes.toString('utf8').split('\n').flatMap(propertyIn)),
  encode: (body) => Buffer.from([...body].map(([key, value]) => `${key}=${value}\n`).join(''), 'utf8')
}

function propertyIn(line: string): readonly (readonly [string, string])[] {
  const at = line.indexOf('=')
  return at <= 0 || line.startsWith('#') ? [] : [[line.slice(0, at).trim(), line.slice(at + 1).trim()]]
}

/** A JSON body of a class. */
export function jsonBody<Body>(type: BodyType<Body>): BodyCodec<Body> {
  return {
    shape: 'json',
    decode: (bytes, limits) => decodeBody(type, bytes, limits),
    encode: (body, style) => encodeBody(type, body, style)
  }
}

/** A body that may be missing. */
export function optionalBody<Body>(codec: BodyCodec<Body>): BodyCodec<Body | undefined> {
  return {
    shape: codec.shape,
    decode: (bytes, limits) => (bytes.length === 0 ? undefined : codec.decode(bytes, limits)),
    encode: (body, style) => (body === undefined ? EMPTY : codec.encode(body, style))
  }
}

/**
 * Reads a JSON body of a class, for bodies that no row names (offset files, parts of a registration).
 * Throws a `ProtocolError` with the field and the reason, and nothing else.
 */
export function decodeBody<Body>(type: BodyType<Body>, bytes: Buffer, limits?: JsonLimits): Body {
  return new BodyReader(readJsonBytes(bytes, limits), bytes.length).readRoot(type)
}

/** Writes a JSON body of a class as official readers of every release take it. */
export function encodeBody<Body>(type: BodyType<Body>, body: Body, style: JsonStyle = {}): Buffer {
  return Buffer.from(type.write(body, style), 'utf8')
}
