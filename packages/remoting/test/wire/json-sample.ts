import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type Long from 'long'
import { bool, bytes, double, enumName, int, list, numberMap, objectMap, opaque, stringMap, text } from '../../src/wire/body/index'
import { object } from '../../src/wire/body/object-type'
import { type BodyType, decodeBody, MessageQueue, ProtocolError } from '../../src/wire/index'

/** One thing that a release wrote, or was given to read. */
export interface RecordedJson {
  readonly name: string
  readonly style?: 'plain' | 'standard' | 'pretty'
  readonly class: string
  readonly text: string
  readonly sha256: string
  /** What the release's own reader makes of it; absent when it refuses. */
  readonly decoded?: unknown
  readonly refused?: string
}

export interface Recording {
  readonly origin: Readonly<Record<'release' | 'writtenBy' | 'library' | 'sha256', string>>
  readonly written: readonly RecordedJson[]
  readonly read: readonly RecordedJson[]
}

export const dialects = ['4.9.7', 'fastjson-1.2.83', '5.5.0'] as const
export type Dialect = (typeof dialects)[number]

const folder = join(__dirname, '..', '..', '..', '..', 'fixtures', 'json')

export function recorded(dialect: Dialect): Recording {
  return JSON.parse(readFileSync(join(folder, `${dialect}.json`), 'utf8')) as Recording
}

type Mode = ReturnType<typeof mode.read>
const mode = enumName(['FIRST', 'SECOND', 'THIRD'])

interface Broker {
  readonly name: string
  readonly id: Long
}

const Broker = object<Broker>('Broker', { name: { type: text, required: true }, id: { type: opaque, required: true } })

/** The recorder's class of that name, but for two members that hold numbers of any length. */
export interface Sample {
  readonly text?: string
  readonly number?: number
  readonly big?: Long
  readonly ratio?: number
  readonly share?: number
  readonly yes?: boolean
  readonly octet?: number
  readonly small?: number
  readonly letter?: string
  readonly counter?: Long
  readonly mode?: Mode
  readonly bytes?: Buffer
  readonly longs?: readonly Long[]
  readonly bits?: Buffer
  readonly names?: readonly string[]
  readonly codes?: readonly number[]
  readonly modes?: readonly Mode[]
  readonly table?: ReadonlyMap<string, string>
  readonly longsByText?: ReadonlyMap<string, Long>
  readonly byInt?: ReadonlyMap<number, Long>
  readonly byLong?: ReadonlyMap<number, string>
  readonly byMode?: ReadonlyMap<string, string>
  readonly byFlag?: ReadonlyMap<string, string>
  readonly byQueue?: ReadonlyArray<readonly [MessageQueue, Long]>
  readonly samplesByQueue?: ReadonlyArray<readonly [MessageQueue, Sample]>
  readonly byBroker?: ReadonlyArray<readonly [Broker, string]>
  readonly offsets?: ReadonlyMap<string, ReadonlyMap<number, Long>>
  readonly nested?: ReadonlyMap<string, ReadonlyArray<readonly [MessageQueue, Long]>>
  readonly properties?: ReadonlyMap<string, string>
  readonly child?: Sample
  readonly twin?: Sample
  readonly children?: readonly Sample[]
  readonly childrenByText?: ReadonlyMap<string, Sample>
  readonly childrenByInt?: ReadonlyMap<number, Sample>
}

const itself: BodyType<Sample> = {
  name: 'Sample',
  isNothing: (json) => json === '',
  read: (json, reader) => Sample.read(json, reader),
  write: (value, style) => Sample.write(value, style)
}

export const Sample: BodyType<Sample> = object<Sample>('Sample', {
  text: { type: text },
  number: { type: int },
  big: { type: opaque },
  ratio: { type: double },
  share: { type: double },
  yes: { type: bool },
  octet: { type: int },
  small: { type: int },
  letter: { type: text },
  counter: { type: opaque },
  mode: { type: mode },
  bytes: { type: bytes },
  longs: { type: list(opaque) },
  bits: { type: bytes },
  names: { type: list(text) },
  codes: { type: list(int) },
  modes: { type: list(mode) },
  table: { type: stringMap(text) },
  longsByText: { type: stringMap(opaque) },
  byInt: { type: numberMap(opaque) },
  byLong: { type: numberMap(text) },
  byMode: { type: stringMap(text) },
  byFlag: { type: stringMap(text) },
  byQueue: { type: objectMap(MessageQueue, opaque) },
  samplesByQueue: { type: objectMap(MessageQueue, itself) },
  byBroker: { type: objectMap(Broker, text) },
  offsets: { type: stringMap(numberMap(opaque)) },
  nested: { type: stringMap(objectMap(MessageQueue, opaque)) },
  properties: { type: stringMap(text) },
  child: { type: itself },
  twin: { type: itself },
  children: { type: list(itself) },
  childrenByText: { type: stringMap(itself) },
  childrenByInt: { type: numberMap(itself) }
})

/** The body, or how it is refused. */
export function read<Body>(type: BodyType<Body>, text: string): Body | ProtocolError {
  try {
    return decodeBody(type, Buffer.from(text))
  } catch (error) {
    if (error instanceof ProtocolError) return error
    throw error
  }
}
