import { createHash } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { FrameSplitter } from 'net-ts-protocol-kit'
import {
  decodeCommand,
  encodeCommand,
  findRequest,
  HeaderFieldError,
  type HeaderTable,
  HeaderTables,
  headerOf,
  noBody,
  type RemotingCommand,
  type RowSide
} from '../../src/wire/index'
import { comparable, expectedHeader } from './expected-header'
import { OTHER_HEADERS, type RecordedFrame, recordedReleases, recordedRequests, recordings } from './fixtures'
import { differenceFromBody } from './recorded-body'

for (const release of recordedReleases) {
  describe.each([...recordedRequests(release), OTHER_HEADERS])(`the frames of %s as ${release} writes them`, (request) => {
    const frames = recordings(release, request)

    it('are the bytes that were recorded', () => {
      for (const frame of frames) expect([label(frame), sha256(bytesOf(frame))]).toEqual([label(frame), frame.sha256])
    })

    it('decode to what Java reads', () => {
      for (const frame of frames) expect([label(frame), head(decoded(frame))]).toEqual([label(frame), headByJava(frame)])
    })

    it('have the headers that Java reads, and those that no typed header can hold are refused by the name of the field', () => {
      for (const frame of frames.filter(hasTypedHeader)) {
        const { header } = sideOf(frame)
        const expected = expectedHeader(header, frame.decoded)
        expect([label(frame), read(frame, header)]).toEqual([
          label(frame),
          expected.badFields.length > 0 ? expected.badFields : expected.values
        ])
      }
    })

    it('have the bodies that Java reads', () => {
      const withBody = frames.filter(({ decoded: { body } }) => body !== null)
      const differing = withBody.map((frame) => [label(frame), differenceFromBody(frame, sideOf(frame), decoded(frame))])
      expect(differing.filter(([, difference]) => difference !== undefined)).toEqual([])
    })

    it('are written back byte for byte when nothing was touched', () => {
      for (const frame of frames)
        expect([label(frame), encodeCommand(decoded(frame)).toString('hex')]).toEqual([label(frame), frame.frameHex])
    })

    it('are found one by one, whole or byte by byte, wherever a stream is cut', () => {
      const sample = frames.filter(({ name }) => name === 'plain' || name === 'error-unicode')
      const stream = Buffer.concat(sample.map(bytesOf))
      const expected = sample.map(({ frameHex }) => frameHex.slice(8))
      expect(framesIn([stream])).toEqual(expected)
      expect(framesIn([...stream].map((byte) => Buffer.from([byte])))).toEqual(expected)
      for (let cut = 1; cut < stream.length; cut++) {
        expect([cut, framesIn([stream.subarray(0, cut), stream.subarray(cut)])]).toEqual([cut, expected])
      }
    })
  })
}

/** Its side of the row that the code stands for; a header that no request has is recorded under the code 0. */
function sideOf(frame: RecordedFrame): RowSide {
  if (frame.code === 0) return { header: headerTable(frame.class), body: noBody }
  const row = findRequest(frame.code, frame.direction, frame.decoded.version)
  if (row === undefined) throw new Error(`no row for ${frame.code} ${frame.direction}`)
  return row[frame.side]
}

function headerTable(name: string | null): HeaderTable {
  const table = Object.values<HeaderTable>(HeaderTables).find((one) => one.name === name)
  if (table === undefined) throw new Error(`no header ${name}`)
  return table
}

/** An error answer has no header. */
function hasTypedHeader({ side, name }: RecordedFrame): boolean {
  return side === 'request' || !name.startsWith('error')
}

function label(frame: RecordedFrame): string {
  return `${frame.side} ${frame.name} in ${frame.encoding}`
}

/** The typed header, or the one of the bad fields that the refusal names. */
function read(frame: RecordedFrame, table: HeaderTable): unknown {
  try {
    return comparable(headerOf(decoded(frame), table) as object)
  } catch (error) {
    const { badFields } = expectedHeader(table, frame.decoded)
    if (error instanceof HeaderFieldError && badFields.includes(error.field)) return badFields
    throw error
  }
}

function bytesOf(frame: RecordedFrame): Buffer {
  return Buffer.from(frame.frameHex, 'hex')
}

function decoded(frame: RecordedFrame): RemotingCommand {
  return decodeCommand(bytesOf(frame).subarray(4))
}

function head(command: RemotingCommand) {
  const { code, language, version, opaque, flag, remark, serializeType, fields } = command
  return { code, language, version, opaque, flag, remark, serializeType, fields: fields && new Map(fields) }
}

/** Java reads an empty value of the binary header as null. */
function headByJava({ decoded, encoding }: RecordedFrame) {
  const { code, language, version, opaque, flag, remark, extFields } = decoded
  const entries = extFields === null ? undefined : new Map(Object.entries(extFields).map(([name, value]) => [name, value ?? '']))
  return { code, language, version, opaque, flag, remark: remark ?? undefined, serializeType: encoding, fields: entries }
}

function framesIn(chunks: readonly Buffer[]): string[] {
  const found: string[] = []
  const splitter = new FrameSplitter({}, (bytes, start, end) => found.push(bytes.toString('hex', start, end)))
  for (const chunk of chunks) splitter.push(chunk)
  return found
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
