/** A JSON document as it was written: numbers keep their digits, objects their order and their odd keys. */
export type JsonValue = null | boolean | string | JsonNumber | JsonArray | JsonObject

export type JsonArray = readonly JsonValue[]

/** A member name. Official code also writes bare numbers and whole objects. */
export type JsonKey = string | JsonNumber | JsonObject

/** One `key: value` of an object. */
export interface JsonMember {
  readonly key: JsonKey
  readonly value: JsonValue
}

/** A number by its digits, so that no 64-bit value loses any. */
export class JsonNumber {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** An object as the list of its members: no name of a member can harm, and repeated ones are all there. */
export class JsonObject {
  readonly members: readonly JsonMember[]

  constructor(members: readonly JsonMember[]) {
    this.members = members
  }

  /** The last member of that name; official readers let the last one win. */
  get(name: string): JsonValue | undefined {
    for (let index = this.members.length - 1; index >= 0; index--) {
      const member = this.members[index]
      if (member?.key === name) return member.value
    }
    return undefined
  }
}

export function isJsonArray(value: JsonValue | JsonKey): value is JsonArray {
  return Array.isArray(value)
}
