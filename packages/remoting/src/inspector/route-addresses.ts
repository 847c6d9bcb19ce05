import {
  type JsonMember,
  JsonNumber,
  JsonObject,
  type JsonValue,
  ProtocolError,
  RequestCode,
  type RequestRow,
  readJsonBytes,
  writeJson
} from '../wire/index'

/** Requests whose answers name brokers' addresses. */
const NAMING_BROKERS: ReadonlySet<RequestRow> = new Set<RequestRow>([
  RequestCode.GET_ROUTEINFO_BY_TOPIC,
  RequestCode.GET_BROKER_CLUSTER_INFO
])

/** An answer that names brokers, taken apart. */
export interface RouteAnswer {
  /** Every address in it, once. */
  readonly addresses: readonly string[]
  /** The whole frame with other addresses; those that the map lacks stay. */
  rewrite(addresses: ReadonlyMap<string, string>): Buffer
}

/**
 * The answer in a whole frame, or `undefined` when it names no brokers or cannot be read: it is to be passed on as it is then.
 *
 * Only the addresses change: the header goes on byte by byte, and the body as its document, with its order, its odd keys, its references and
 * its members that nobody knows.
 */
export function routeAnswer(frame: Buffer, row: RequestRow | undefined): RouteAnswer | undefined {
  if (row === undefined || !NAMING_BROKERS.has(row)) return undefined
  const bodyAt = 8 + (frame.readInt32BE(4) & 0xffffff)
  if (bodyAt >= frame.length) return undefined
  try {
    const document = readJsonBytes(frame.subarray(bodyAt))
    const addresses = new Set<string>()
    changeAddresses(document, { address: (address) => noted(addresses, address), key: (key) => key })
    const head = Buffer.from(frame.subarray(0, bodyAt))
    return { addresses: [...addresses], rewrite: (others) => frameOf(head, changeAddresses(document, changeBy(others))) }
  } catch (error) {
    if (error instanceof ProtocolError) return undefined
    throw error
  }
}

function frameOf(head: Buffer, document: JsonValue): Buffer {
  const frame = Buffer.concat([head, Buffer.from(writeJson(document), 'utf8')])
  frame.writeInt32BE(frame.length - 4, 0)
  return frame
}

/** What becomes of an address, and of an address that is a key. */
interface Change {
  readonly address: (address: string) => string
  readonly key: (key: string) => string
}

function noted(addresses: Set<string>, address: string): string {
  addresses.add(address)
  return address
}

function changeBy(others: ReadonlyMap<string, string>): Change {
  const change = (address: string): string => others.get(address) ?? address
  return { address: change, key: change }
}

/** The same document, with the texts in every `brokerAddrs` changed, and the keys by which filter servers are found. It is at most 64 deep. */
function changeAddresses(value: JsonValue, change: Change): JsonValue {
  if (value instanceof JsonObject) return new JsonObject(value.members.map((member) => changeMember(member, change)))
  if (value === null || typeof value !== 'object' || value instanceof JsonNumber) return value
  return value.map((item) => changeAddresses(item, change))
}

function changeMember({ key, value }: JsonMember, change: Change): JsonMember {
  if (!(value instanceof JsonObject)) return { key, value: changeAddresses(value, change) }
  if (key === 'brokerAddrs')
    return { key, value: changeMembers(value, (one) => ({ key: one.key, value: changeText(one.value, change.address) })) }
  if (key === 'filterServerTable')
    return { key, value: changeMembers(value, (one) => ({ key: changeText(one.key, change.key), value: one.value })) }
  return { key, value: changeAddresses(value, change) }
}

function changeMembers(object: JsonObject, change: (member: JsonMember) => JsonMember): JsonObject {
  return new JsonObject(object.members.map(change))
}

function changeText<Value>(value: Value | string, change: (text: string) => string): Value | string {
  return typeof value === 'string' ? change(value) : value
}
