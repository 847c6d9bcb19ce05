import type { Readable } from 'node:stream'

/** Which of the two servers. */
export type Role = 'nameserver' | 'broker'

/**
 * Is given the output of a container as a stream when the container starts, the broker's once more after each start of it. Reads the
 * stream to its end or not at all: it is never waited for.
 */
export type LogConsumer = (stream: Readable, role: Role) => unknown

const linesKept = 20

/** Where in Java it happened crowds out what happened. */
const stackFrame = /^(at [\w$./@]+[\w$<>]*\(.*\)|\.\.\. \d+ more)$/

/** What a container printed last, over all its starts, for the error when it fails. */
export class ContainerLog {
  readonly role: Role
  readonly #consumer: LogConsumer | undefined
  #lines: readonly string[] = []

  constructor(role: Role, consumer: LogConsumer | undefined) {
    this.role = role
    this.#consumer = consumer
  }

  get lastLines(): readonly string[] {
    return this.#lines
  }

  follow(stream: Readable): void {
    // Engines cut output anywhere: the last line of a chunk may go on in the next.
    let begun = ''
    stream.on('data', (chunk: Buffer | string) => {
      const lines = (begun + String(chunk)).split('\n')
      begun = lines.pop() ?? ''
      this.#keep(lines)
    })
    stream.on('end', () => this.#keep([begun]))
    // The stream breaks when the container is removed; nobody needs to know.
    stream.on('error', () => undefined)
    this.#consumer?.(stream, this.role)
  }

  #keep(lines: readonly string[]): void {
    const printed = lines.map((line) => line.trim()).filter((line) => line !== '' && !stackFrame.test(line))
    this.#lines = [...this.#lines, ...printed].slice(-linesKept)
  }
}
