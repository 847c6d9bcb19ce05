import { readFile, rename, writeFile } from 'node:fs/promises'
import type { MessageQueue, PullConsumerOptions } from '@rocketmq-ts/client'
import type { Sale } from './sales'

/** How far the report has read a queue. */
interface Progress {
  next: number
  /** The report is done with the queue when `next` is here. */
  end: number
}

interface Total {
  count: number
  cents: number
}

/**
 * What was summed up so far, together with how far each queue was read for it. Both are written in one go: whenever the
 * program ends, the next run goes on behind exactly those sales that are in the totals.
 */
export class ReportFile {
  readonly #path: string
  readonly #queues: Record<string, Progress>
  readonly #totals: Record<string, Total>

  private constructor(path: string, { queues, totals }: { queues: Record<string, Progress>; totals: Record<string, Total> }) {
    this.#path = path
    this.#queues = queues
    this.#totals = totals
  }

  static async open(path: string): Promise<ReportFile> {
    try {
      return new ReportFile(path, JSON.parse(await readFile(path, 'utf8')))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      return new ReportFile(path, { queues: {}, totals: {} })
    }
  }

  /** Whether every queue is read; not so before the first is known. */
  get isComplete(): boolean {
    const queues = Object.values(this.#queues)
    return queues.length > 0 && queues.every(isRead)
  }

  get totals(): Readonly<Record<string, Readonly<Total>>> {
    return this.#totals
  }

  /** What is still to be read, for a pull consumer. */
  unread(topic: string): NonNullable<PullConsumerOptions['queues']> {
    return Object.entries(this.#queues).flatMap(([name, { next, end }]) => {
      const [brokerName = '', queueId] = name.split('/')
      return next < end ? [{ topic, brokerName, queueId: Number(queueId), startOffset: next, endOffset: end }] : []
    })
  }

  knows(queue: MessageQueue): boolean {
    return this.#queues[nameOf(queue)] !== undefined
  }

  isRead(queue: MessageQueue): boolean {
    const progress = this.#queues[nameOf(queue)]
    return progress !== undefined && isRead(progress)
  }

  begin(queue: MessageQueue, progress: Progress): void {
    this.#queues[nameOf(queue)] = progress
  }

  add({ product, cents }: Sale): void {
    const { count, cents: sum } = this.#totals[product] ?? { count: 0, cents: 0 }
    this.#totals[product] = { count: count + 1, cents: sum + cents }
  }

  /** Everything below `next` is in the totals; `end` is moved when the queue turns out to end earlier. */
  advance(queue: MessageQueue, next: number, end?: number): void {
    const progress = this.#queues[nameOf(queue)]
    if (progress === undefined) return
    progress.next = next
    if (end !== undefined) progress.end = end
  }

  /** Renamed into place: a crash leaves the file as it was. */
  async save(): Promise<void> {
    await writeFile(`${this.#path}.new`, JSON.stringify({ totals: this.#totals, queues: this.#queues }, undefined, 2))
    await rename(`${this.#path}.new`, this.#path)
  }
}

function isRead({ next, end }: Progress): boolean {
  return next >= end
}

function nameOf({ brokerName, queueId }: MessageQueue): string {
  return `${brokerName}/${queueId}`
}
