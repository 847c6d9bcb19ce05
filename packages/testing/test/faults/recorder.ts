import type { ByteStream } from 'net-ts-protocol-kit'

/** What happened on one end of a connection. */
export class Recorder {
  readonly stream: ByteStream
  readonly events: string[] = []
  readonly #chunks: Buffer[] = []
  receivedBytes = 0
  #waiting: Array<{ readonly until: () => boolean; readonly resolve: () => void }> = []

  constructor(stream: ByteStream) {
    this.stream = stream
    stream.start({
      data: (chunk) =>
        this.#note(() => {
          this.#chunks.push(chunk)
          this.receivedBytes += chunk.length
        }),
      drain: () => this.#note(() => this.events.push('drain')),
      end: () => this.#note(() => this.events.push('end')),
      close: (error) => this.#note(() => this.events.push(error === undefined ? 'close' : 'reset'))
    })
  }

  get received(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  get text(): string {
    return this.received.toString()
  }

  get isClosed(): boolean {
    return this.events.includes('close') || this.events.includes('reset')
  }

  /** Resolves when the condition holds after something happened here. */
  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ until: condition, resolve }))
  }

  #note(action: () => void): void {
    action()
    const met = this.#waiting.filter(({ until }) => until())
    this.#waiting = this.#waiting.filter((entry) => !met.includes(entry))
    for (const { resolve } of met) resolve()
  }
}
