import { createHash } from 'node:crypto'

/** A test message: everything that must arrive as it was sent. */
export interface Parcel {
  readonly uid: string
  readonly body: Buffer
  readonly tag?: string
  readonly keys?: readonly string[]
  /** Names begin with `u.`, so that they can be told from those of clients and brokers. */
  readonly properties?: Readonly<Record<string, string>>
  readonly lane?: string
}

/** What a received message must have to be compared with its parcel. */
export interface ParcelLike {
  readonly body: Buffer
  readonly tag: string | undefined
  readonly keys: readonly string[]
  readonly properties: ReadonlyMap<string, string>
}

/** The property that carries a parcel's uid. */
export const UID = 'u.id'

/** A parcel with a short body of its own. */
export function parcel(uid: string, more: Omit<Partial<Parcel>, 'uid'> = {}): Parcel {
  return { uid, body: Buffer.from(`body of ${uid}`), ...more }
}

/** The user properties that a parcel is sent with. */
export function propertiesOf({ uid, properties }: Parcel): Record<string, string> {
  return { ...properties, [UID]: uid }
}

export function digestOf(one: Parcel): string {
  return digest(one.body, one.tag, one.keys ?? [], Object.entries(propertiesOf(one)))
}

export function digestOfReceived({ body, tag, keys, properties }: ParcelLike): string {
  return digest(
    body,
    tag,
    keys,
    [...properties].filter(([name]) => name.startsWith('u.'))
  )
}

/** Stands for the whole value and shows on sight what kind of difference there is. */
function digest(body: Buffer, tag: string | undefined, keys: readonly string[], properties: [string, string][]): string {
  const sorted = properties.sort(([a], [b]) => (a < b ? -1 : 1))
  return [`${body.length} bytes`, hash(body), hash(JSON.stringify([tag ?? null, keys, sorted]))].join(' ')
}

function hash(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 12)
}
