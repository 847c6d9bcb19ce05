/** What stands in the place of a secret. */
export const REDACTED = '<redacted>'

/** Names of ACL 1.0's signature, of ACL 2.0's users, and of whatever a configuration calls a secret. */
const SECRET = /^(?:accesskey|signature|securitytoken)$|secret|passw|credential|privatekey/i

export interface RedactionOptions {
  /** Prints keys, signatures and passwords too. Default `false`. */
  readonly showSecrets?: boolean
  /** Further names whose values are hidden: header fields, properties of messages, members of bodies. */
  readonly names?: readonly string[]
}

/** Decides by its name whether a value may be printed. */
export class Redaction {
  readonly #showSecrets: boolean
  readonly #names: ReadonlySet<string>

  constructor(options: RedactionOptions = {}) {
    this.#showSecrets = options.showSecrets ?? false
    this.#names = new Set((options.names ?? []).map((name) => name.toLowerCase()))
  }

  hides(name: string): boolean {
    return (!this.#showSecrets && SECRET.test(name)) || this.#names.has(name.toLowerCase())
  }

  text(name: string, value: string): string {
    return this.hides(name) ? REDACTED : value
  }

  map(values: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
    return new Map([...values].map(([name, value]) => [name, this.text(name, value)]))
  }
}
