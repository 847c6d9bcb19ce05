import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What the classes of the official releases wrote for fixed input: `fixtures/MessageVectors.java` and the protocol catalogue. */
export interface OfficialMessages {
  readonly writtenBy: string
  readonly records: readonly OfficialRecord[]
  readonly properties: ReadonlyArray<{ readonly text: string; readonly parsed: Readonly<Record<string, string>> }>
  readonly subscriptions: readonly OfficialSubscription[]
  readonly names: readonly OfficialName[]
  readonly hashes: Readonly<Record<string, number>>
  readonly crcs: ReadonlyArray<{ readonly length: number; readonly crc: number }>
  readonly uniqueKeys: readonly OfficialUniqueKey[]
}

export interface OfficialRecord {
  readonly name: string
  readonly hex: string
  readonly input: {
    readonly topic: string
    readonly body: string
    readonly properties: string
    readonly sysFlag: number
    readonly bornHost: string
    readonly storeHost: string
    readonly queueOffset: number
    readonly physicalOffset: number
    readonly flag: number
    readonly reconsumeTimes: number
  }
  readonly decoded: {
    readonly size: number
    readonly queueId: number
    readonly bodyCrc: number
    readonly offsetMessageId: string
    readonly body: string
    readonly properties: Readonly<Record<string, string>>
    readonly inner?: ReadonlyArray<{ queueOffset: number; flag: number; body: string; properties: Record<string, string> }>
  }
}

export interface OfficialSubscription {
  readonly expression: string
  readonly refused?: boolean
  readonly subString?: string
  readonly tagsSet?: readonly string[]
  readonly codeSet?: readonly number[]
  readonly expressionType?: string
}

export interface OfficialName {
  readonly name?: string
  readonly isTopic?: boolean
  readonly isGroup?: boolean
  readonly isSystemTopic?: boolean
  readonly isNotAllowedToSend?: boolean
  readonly system?: readonly string[]
  readonly notAllowedToSend?: readonly string[]
}

export interface OfficialUniqueKey {
  readonly key: string
  readonly host: string
  readonly processId: number
  readonly madeAt: number
  readonly utcOffsetMinutes: number
}

interface Sample {
  readonly name: string
  readonly value: string | number
  readonly otherValues?: Readonly<Record<string, string>>
}

export const official = JSON.parse(readFixture('official-messages.json')) as OfficialMessages

const samples = JSON.parse(readFixture('samples.json')) as readonly Sample[]

/** A catalogue sample as 5.5.0 wrote it. */
export function sample(name: string): string {
  return String(find(name).value)
}

/** A catalogue sample as 4.9.7 wrote it. */
export function sample497(name: string): string {
  const found = find(name)
  return found.otherValues?.['rocketmq-all-4.9.7'] ?? String(found.value)
}

export function officialRecord(name: string): OfficialRecord {
  const found = official.records.find((record) => record.name === name)
  if (found === undefined) throw new Error(`no official record "${name}"`)
  return found
}

/** The bytes of an official record. */
export function officialBytes(name: string): Buffer {
  return Buffer.from(officialRecord(name).hex, 'hex')
}

function find(name: string): Sample {
  const found = samples.find((candidate) => candidate.name === name)
  if (found === undefined) throw new Error(`no sample "${name}"`)
  return found
}

function readFixture(name: string): string {
  return readFileSync(join(__dirname, 'fixtures', name), 'utf8')
}
