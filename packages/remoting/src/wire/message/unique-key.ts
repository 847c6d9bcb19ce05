import { ipBytes, ipText } from './host-address'

/** What makes the keys of one process differ from those of all others. */
export interface UniqueKeyOptions {
  /** An address of this machine. */
  readonly host: string
  /** Its low 16 bits are used. */
  readonly processId: number
  /** Any int32; Java takes the hash of a class loader. Two clients in one process must differ here. */
  readonly loaderHash: number
  /** Distance of local time from UTC, which decides when a month begins. Minutes, east positive. Default 0. */
  readonly utcOffsetMinutes?: number
  /** First value of the counter. Default 0. */
  readonly firstCount?: number
}

/** What can be read back from a key. */
export interface UniqueKeyParts {
  readonly host: string
  readonly processId: number
  readonly loaderHash: number
  /** Milliseconds since the first of the month, 00:00 local time of the sender. */
  readonly timeDiffMs: number
  readonly counter: number
}

/**
 * Makes the ids that senders give messages (property `UNIQ_KEY`, what Java users call the message id): address, process,
 * loader, milliseconds of the month and a counter, as upper-case hex (read in common/…/message/MessageClientIDSetter.java).
 */
export class UniqueKeySource {
  readonly #prefix: string
  readonly #utcOffsetMs: number
  #counter: number
  #monthStart = 0
  #monthEnd = 0
  #stampedAt = Number.NaN
  #stamp = ''

  /** @throws ProtocolError when the host is no IP address. */
  constructor(options: UniqueKeyOptions) {
    this.#prefix = ipBytes(options.host).toString('hex').toUpperCase() + hex16(options.processId) + hex32(options.loaderHash)
    this.#utcOffsetMs = (options.utcOffsetMinutes ?? 0) * 60_000
    this.#counter = options.firstCount ?? 0
  }

  /** The next key. `nowMs` is the wall clock; unique as long as fewer than 65,536 keys are made in one millisecond. */
  next(nowMs: number): string {
    if (nowMs !== this.#stampedAt) this.#restamp(nowMs)
    return this.#stamp + hex16(this.#counter++)
  }

  #restamp(nowMs: number): void {
    if (nowMs < this.#monthStart || nowMs >= this.#monthEnd) this.#enterMonth(nowMs)
    this.#stampedAt = nowMs
    this.#stamp = this.#prefix + hex32(nowMs - this.#monthStart)
  }

  #enterMonth(nowMs: number): void {
    const local = nowMs + this.#utcOffsetMs
    const start = monthStart(local)
    this.#monthStart = start - this.#utcOffsetMs
    // 32 days after a first of a month is always in the next one.
    this.#monthEnd = monthStart(start + 32 * DAY_MS) - this.#utcOffsetMs
  }
}

/** The parts of a key, or `undefined` when it was not made this way: any text may be a unique key. */
export function parseUniqueKey(key: string): UniqueKeyParts | undefined {
  if ((key.length !== 32 && key.length !== 56) || !/^[0-9a-fA-F]+$/.test(key)) return undefined
  const bytes = Buffer.from(key, 'hex')
  const ipLength = bytes.length - 12
  return {
    host: ipText(bytes, 0, ipLength),
    processId: bytes.readUInt16BE(ipLength),
    loaderHash: bytes.readInt32BE(ipLength + 2),
    timeDiffMs: bytes.readUInt32BE(ipLength + 6),
    counter: bytes.readUInt16BE(ipLength + 10)
  }
}

const DAY_MS = 86_400_000

/** First moment of the month of a time, by the civil calendar (days counted in 400-year cycles that begin on 1 March 0000). */
function monthStart(timeMs: number): number {
  const days = Math.floor(timeMs / DAY_MS)
  const dayOfCycle = (((days + 719_468) % 146_097) + 146_097) % 146_097
  const leapDays = Math.floor(dayOfCycle / 1460) - Math.floor(dayOfCycle / 36_524) + Math.floor(dayOfCycle / 146_096)
  const yearOfCycle = Math.floor((dayOfCycle - leapDays) / 365)
  const dayOfYear = dayOfCycle - (365 * yearOfCycle + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100))
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const dayOfMonth = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5)
  return (days - dayOfMonth) * DAY_MS
}

const HEX = Array.from({ length: 256 }, (_, value) => value.toString(16).toUpperCase().padStart(2, '0'))

function hex16(value: number): string {
  return (HEX[(value >>> 8) & 0xff] as string) + (HEX[value & 0xff] as string)
}

function hex32(value: number): string {
  return hex16(value >>> 16) + hex16(value)
}
