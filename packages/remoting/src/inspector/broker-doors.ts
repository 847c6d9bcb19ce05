/** Our own ports, each of which leads to a broker. */
export class BrokerDoors {
  readonly #open: (address: string) => Promise<number | undefined>
  readonly #ports = new Map<string, number | Promise<number | undefined>>()
  readonly #maxDoors: number

  /** `open` listens for a broker and resolves with the port; with `undefined`, or by rejecting, when that cannot be done. */
  constructor(open: (address: string) => Promise<number | undefined>, maxDoors = 256) {
    this.#open = open
    this.#maxDoors = maxDoors
  }

  /** Where brokers are reached through us by who reaches us under `host`: at once when all their ports are open. Others are left out. */
  leadingTo(addresses: readonly string[], host: string): ReadonlyMap<string, string> | Promise<ReadonlyMap<string, string>> {
    for (const address of addresses) this.#openOnce(address)
    const waiting = addresses.map((address) => this.#ports.get(address)).filter((port) => port instanceof Promise)
    return waiting.length === 0 ? this.#mapped(addresses, host) : Promise.all(waiting).then(() => this.#mapped(addresses, host))
  }

  #mapped(addresses: readonly string[], host: string): ReadonlyMap<string, string> {
    const name = host.includes(':') ? `[${host}]` : host
    const ports = addresses.map((address) => [address, this.#ports.get(address)] as const)
    return new Map(ports.flatMap(([address, port]) => (typeof port === 'number' ? [[address, `${name}:${port}`] as const] : [])))
  }

  #openOnce(address: string): void {
    if (this.#ports.has(address) || this.#ports.size >= this.#maxDoors) return
    const opening = this.#open(address).catch(() => undefined)
    this.#ports.set(address, opening)
    // One that could not be opened may be tried again with the next route.
    void opening.then((port) => (port === undefined ? this.#ports.delete(address) : this.#ports.set(address, port)))
  }
}
