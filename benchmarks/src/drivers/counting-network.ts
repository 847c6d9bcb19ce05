import type { ByteStream, Network } from 'net-ts-protocol-kit'

/** A network that counts the writes to its sockets, whoever opened them. The contract suite counts with it too. */
export class CountingNetwork implements Network {
  /** Calls of `write` and `writeAll`: each is one write to the transport. */
  writes = 0
  bytes = 0
  readonly #under: Network

  constructor(under: Network) {
    this.#under = under
  }

  connect: Network['connect'] = async (options) => this.#counted(await this.#under.connect(options))

  listen: Network['listen'] = (options, accept) => this.#under.listen(options, (stream) => accept(this.#counted(stream)))

  resolve: Network['resolve'] = (host) => this.#under.resolve(host)

  localAddresses: Network['localAddresses'] = () => this.#under.localAddresses()

  #counted(stream: ByteStream): ByteStream {
    const count = (bytes: number): void => {
      this.writes += 1
      this.bytes += bytes
    }
    return {
      get remote() {
        return stream.remote
      },
      get local() {
        return stream.local
      },
      get pendingBytes() {
        return stream.pendingBytes
      },
      start: (handlers) => stream.start(handlers),
      write(chunk, written) {
        count(chunk.length)
        return stream.write(chunk, written)
      },
      writeAll(chunks, written) {
        count(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
        return stream.writeAll(chunks, written)
      },
      pause: () => stream.pause(),
      resume: () => stream.resume(),
      end: () => stream.end(),
      destroy: (error) => stream.destroy(error)
    }
  }
}
