/** What the Java program `Lister` reads from a release's classes. */
export interface ListedRelease {
  readonly requestCodes: Readonly<Record<string, number>>
  readonly responseCodes: Readonly<Record<string, number>>
  /** By simple name. */
  readonly headers: Readonly<Record<string, ListedHeader>>
  /** By name without the package, enums too. */
  readonly bodies: Readonly<Record<string, ListedBody>>
}

export interface ListedHeader {
  readonly class: string
  readonly extends: string | null
  readonly abstract: boolean
  /** Whether it has a reader and a writer of its own for the binary form. */
  readonly fast: boolean
  readonly fields: readonly ListedField[]
}

export interface ListedField {
  readonly name: string
  /** Java's simple name of it. */
  readonly type: string
  /** By annotation; `nullable` is the opposite one. Neither: optional. */
  readonly notNull: boolean
  readonly nullable: boolean
  readonly inheritedFrom?: string
}

export interface ListedBody {
  readonly class: string
  /** Of a class. */
  readonly members?: readonly ListedMember[]
  /** Of an enum. */
  readonly values?: readonly string[]
}

export interface ListedMember {
  readonly name: string
  /** In JSON, where that differs. */
  readonly wire?: string
  readonly type: string
  /** An annotation keeps it out of JSON. */
  readonly notWritten?: boolean
}
