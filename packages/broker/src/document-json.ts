import {
  DataVersion,
  decodeBody,
  encodeBody,
  type JsonKey,
  type JsonMember,
  JsonNumber,
  JsonObject,
  type JsonValue,
  writeJson
} from '@rocketmq-ts/remoting/wire'

/** Members of a document that this broker has no use for: written back as they came. */
export type OtherMembers = readonly JsonMember[]

/** A document: what is known of it as text, by name, and the rest, in alphabetical order as official brokers write it. */
export function documentText(known: Readonly<Record<string, string>>, others: OtherMembers): string {
  const members = Object.entries(known).map(([name, text]) => [name, memberText(name, text)] as const)
  const rest = others.map((member) => [String(member.key), otherText(member)] as const)
  return `{${[...members, ...rest]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, text]) => text)
    .join(',')}}`
}

/** An object with its members in the order given; `others` follow as they came. */
export function objectText(members: ReadonlyArray<readonly [key: string, text: string]>, others: OtherMembers = []): string {
  return `{${[...members.map(([key, text]) => `${key}:${text}`), ...others.map(otherText)].join(',')}}`
}

export function versionText(version: DataVersion): string {
  return encodeBody(DataVersion, version).toString()
}

export function versionOf(document: JsonObject): DataVersion {
  return decodeBody(DataVersion, Buffer.from(writeJson(document.get('dataVersion') ?? new JsonObject([]))))
}

/** What of a document has none of these names. */
export function othersOf(document: JsonObject, ...names: readonly string[]): OtherMembers {
  return document.members.filter(({ key }) => typeof key !== 'string' || !names.includes(key))
}

/** Nothing counts as an object without members. */
export function objectOf(json: JsonValue | undefined): JsonObject {
  if (json === undefined || json === null) return new JsonObject([])
  if (json instanceof JsonObject) return json
  throw new TypeError('an object is expected')
}

export function wholeNumber(json: JsonKey | JsonValue): number {
  const number = Number(json instanceof JsonNumber ? json.text : json)
  if (Number.isSafeInteger(number)) return number
  throw new TypeError('a whole number is expected')
}

function memberText(name: string, text: string): string {
  return `${writeJson(name)}:${text}`
}

function otherText(member: JsonMember): string {
  return writeJson(new JsonObject([member])).slice(1, -1)
}
