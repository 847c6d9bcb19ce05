import {
  ByteReader,
  type ByteStream,
  CallTable,
  type Clock,
  ConnectionGroup,
  type FrameConnection,
  type Listener,
  type Network,
  Sweep
} from 'net-ts-protocol-kit'

// A frame: int32 length | int32 id | utf8 text. A request carries a word, the response with the same id its meaning.
const send = (connection: FrameConnection, id: number, text: string): void => {
  const size = Buffer.byteLength(text)
  connection.send(8 + size, (target, offset) => {
    target.writeInt32BE(4 + size, offset)
    target.writeInt32BE(id, offset + 4)
    return offset + 8 + target.write(text, offset + 8)
  })
}

const read = (bytes: Buffer, start: number, end: number): { id: number; text: string } => {
  const reader = new ByteReader(bytes, start, end)
  return { id: reader.int32('id'), text: reader.strictUtf8(reader.remaining, 'text') }
}

/** Serves meanings until the listener is closed. */
export const serve = (network: Network, clock: Clock, port: number, meanings: ReadonlyMap<string, string>): Promise<Listener> => {
  const group = new ConnectionGroup({ clock, flushAt: 'after-input', maxFrameBytes: 1024, idleTimeoutMs: 60_000 })
  return network.listen({ host: '127.0.0.1', port }, (stream) => {
    const connection = group.add(stream, {
      frame: (bytes, start, end) => {
        const { id, text } = read(bytes, start, end)
        send(connection, id, meanings.get(text) ?? '')
      },
      closed: () => {}
    })
  })
}

interface Lookup {
  readonly deadline: number
  readonly resolve: (meaning: string) => void
  readonly reject: (error: Error) => void
}

/** Looks words up, any number at a time, over one connection. */
export class Dictionary {
  readonly #connection: FrameConnection
  readonly #lookups: CallTable<Lookup>

  static async connect(network: Network, clock: Clock, port: number): Promise<Dictionary> {
    return new Dictionary(await network.connect({ host: '127.0.0.1', port }), clock)
  }

  private constructor(stream: ByteStream, clock: Clock) {
    const onTimeout = (lookup: Lookup): void => lookup.reject(new Error('no answer'))
    this.#lookups = new CallTable({ sweep: new Sweep(clock, 100), onTimeout })
    this.#connection = new ConnectionGroup({ clock }).add(stream, {
      frame: (bytes, start, end) => {
        const { id, text } = read(bytes, start, end)
        this.#lookups.take(id)?.resolve(text)
      },
      closed: (error) => this.#lookups.drain((lookup) => lookup.reject(error))
    })
  }

  lookUp(word: string, timeoutMs = 1000): Promise<string> {
    return new Promise((resolve, reject) => {
      send(this.#connection, this.#lookups.add({ deadline: this.#lookups.deadlineIn(timeoutMs), resolve, reject }), word)
    })
  }

  /** Writes so far: many words that are looked up in one turn cost one. */
  get writes(): number {
    return this.#connection.counters.writes
  }

  close(): void {
    this.#connection.end()
  }
}
