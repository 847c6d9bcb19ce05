import { beforeAll, expect, it } from '@jest/globals'
import { HeaderFieldError, type HeaderTable, HeaderTables, ProtocolError, type SerializeType } from '@rocketmq-ts/remoting/wire'
import {
  type DecodedFrame,
  OTHER_HEADERS,
  type RecordedFrame,
  recordedReleases,
  recordedRequests,
  recordings
} from '../../packages/remoting/test/golden/fixtures'
import { describeWithJava, runJava } from './java/java-programs'
import { withRowsFile } from './rows'
import { isError, typedFrame } from './typed-frame'

/** A frame of ours, and what Java is to read from it. */
interface Sent {
  readonly request: string
  readonly label: string
  readonly recorded: RecordedFrame
  readonly bytes: Buffer
}

interface ReadByJava {
  readonly id: number
  readonly decoded?: DecodedFrame
  readonly failure?: string
}

const encodings: readonly SerializeType[] = ['JSON', 'ROCKETMQ']
/** Names of variants that hold a number outside of what a typed form can. */
const beyondTypes = /^(lowest|beyond|below)/

for (const release of recordedReleases) {
  describeWithJava(release)(`typed frames as ${release} reads them`, () => {
    const requests = [...recordedRequests(release), OTHER_HEADERS]
    const recorded = new Map(requests.map((request) => [request, inJson(release, request)]))
    const sent = [...recorded].flatMap(([request, frames]) => frames.flatMap((frame) => framesOf(request, frame)))
    let read: ReadonlyMap<number, ReadByJava>

    beforeAll(() => {
      read = readByJava(release, sent)
    }, 120_000)

    it.each(requests)('%s comes back with the values that Java itself had put in', (request) => {
      const own = sent.flatMap((frame, id) => (frame.request === request ? [[frame, read.get(id)] as const] : []))
      expect(own.length).toBeGreaterThan(5)
      for (const [{ label, recorded }, answer] of own) {
        expect([label, answer?.failure]).toEqual([label, undefined])
        expect([label, comparable(answer?.decoded)]).toEqual([label, comparable(recorded.decoded)])
      }
    })

    it('only numbers that no typed form holds were left out', () => {
      const made = new Set(sent.map(({ recorded }) => recorded))
      const leftOut = [...recorded.values()].flat().filter((frame) => !made.has(frame))
      expect(leftOut.filter(({ name }) => !beyondTypes.test(name)).map(({ name }) => name)).toEqual([])
    })
  })
}

/** One of the two recordings of the same values is enough. */
function inJson(release: string, request: string): readonly RecordedFrame[] {
  return recordings(release, request).filter(({ encoding }) => encoding === 'JSON')
}

/** The recorded values in both encodings of ours; none when a typed form cannot hold them. */
function framesOf(request: string, recorded: RecordedFrame): Sent[] {
  try {
    return encodings.map((encoding) => {
      const label = `${recorded.side} ${recorded.name} in ${encoding}`
      return { request, label, recorded, bytes: typedFrame(recorded, encoding) }
    })
  } catch (error) {
    if ((error instanceof HeaderFieldError || error instanceof ProtocolError) && beyondTypes.test(recorded.name)) return []
    throw error
  }
}

function readByJava(release: string, sent: readonly Sent[]): ReadonlyMap<number, ReadByJava> {
  const lines = sent.map(({ request, recorded, bytes }, id) =>
    JSON.stringify({
      ...{ id, request, direction: recorded.direction, side: recorded.side, class: recorded.class },
      ...{ error: isError(recorded), frameHex: bytes.toString('hex') }
    })
  )
  const output = withRowsFile(release, (rows) => runJava(release, 'rocketmqts.Reader', lines.map((line) => `${line}\n`).join(''), [rows]))
  const answers = output.split('\n').filter(Boolean)
  return new Map(answers.map((line) => JSON.parse(line) as ReadByJava).map((answer) => [answer.id, answer]))
}

/**
 * Empty texts do not survive the binary header, in Java neither; a registration of ours has a checksum of its own; and the end of a range
 * that is as far as a `number` counts is open, so it is written as Java's largest long.
 */
function comparable(decoded: DecodedFrame | undefined) {
  if (decoded === undefined) return undefined
  const { extFields, header, body, remark, ...rest } = decoded
  const fields = Object.entries(extFields ?? {}).filter(([name, value]) => value !== null && value !== '' && name !== 'bodyCrc32')
  const members = Object.entries(header ?? {}).filter(([name, { value }]) => value !== null && value !== '' && name !== 'bodyCrc32')
  return { ...rest, remark: remark ?? '', ...opened({ fields: Object.fromEntries(fields), header: Object.fromEntries(members), body }) }
}

const bounds = new Set([...Object.values(HeaderTables).flatMap(boundsOf), 'max'])

function boundsOf({ fields }: HeaderTable): string[] {
  return fields.filter(({ type }) => type === 'bound').map(({ wire }) => wire)
}

function opened(tree: object): object {
  const text = JSON.stringify(tree)
  return JSON.parse(text, (name, value) => (bounds.has(name) ? openEnd(value) : value)) as object
}

function openEnd(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replace(String(Number.MAX_SAFE_INTEGER), '9223372036854775807'))
}
