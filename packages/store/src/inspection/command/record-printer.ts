import type { MessageRecord } from '@rocketmq-ts/remoting/wire'
import { MessageProperty } from '@rocketmq-ts/remoting/wire'
import { bodyContent, recordFacts, type Shown } from './record-facts'
import { jsonLine, safeText } from './safe-text'
import { Table } from './table'
import { timeText } from './time-text'

/** Rows whose widths are found out together. */
const ROWS_TOGETHER = 100
const COLUMNS = ['LOG OFFSET#', 'TOPIC', 'QUEUE#', 'OFFSET#', 'STORED', 'BYTES#', 'ID', 'KEYS', 'TAGS']

/** Prints messages: rows of a table for people, lines of JSON for programs. */
export class RecordPrinter {
  readonly #print: (line: string) => Promise<void>
  readonly #shown: Shown
  readonly #isJson: boolean
  readonly #table = new Table(COLUMNS)
  #waiting: MessageRecord[] = []

  constructor(print: (line: string) => Promise<void>, { isJson, ...shown }: Shown & { readonly isJson: boolean }) {
    this.#print = print
    this.#shown = shown
    this.#isJson = isJson
  }

  async add(record: MessageRecord): Promise<void> {
    if (this.#isJson) return this.#print(jsonLine({ type: 'record', ...recordFacts(record, this.#shown) }))
    this.#waiting.push(record)
    if (this.#waiting.length === ROWS_TOGETHER) await this.finish()
  }

  /** Prints what waits. */
  async finish(): Promise<void> {
    const records = this.#waiting
    this.#waiting = []
    if (records.length === 0) return
    const lines = this.#table.lines(records.map(rowOf))
    const titles = lines.length - records.length
    for (const [at, line] of lines.entries()) {
      await this.#print(line)
      const record = records[at - titles]
      if (record !== undefined && this.#shown.hasBodies)
        for (const more of contentLines(record, this.#shown.maxBodyBytes)) await this.#print(more)
    }
  }
}

/** Properties and body of a message, further in. */
export function contentLines(record: MessageRecord, maxBodyBytes: number): string[] {
  const properties = [...record.properties].map(([name, value]) => `    ${safeText(name)}=${safeText(value)}`)
  const { form, text, bytes, isCut, problem } = bodyContent(record, maxBodyBytes)
  const notes = [
    ...(form === 'hex' ? ['hex'] : []),
    ...(isCut ? [`${bytes} bytes in all`] : []),
    ...(problem === undefined ? [] : [problem])
  ]
  return [...properties, `    body${notes.length > 0 ? ` (${notes.map(safeText).join(', ')})` : ''}: ${safeText(text)}`]
}

function rowOf({ physicalOffset, topic, queueId, queueOffset, storeTimestamp, size, properties }: MessageRecord): (string | number)[] {
  const names = [MessageProperty.UNIQ_CLIENT_MESSAGE_ID_KEYIDX, MessageProperty.KEYS, MessageProperty.TAGS]
  return [physicalOffset, topic, queueId, queueOffset, timeText(storeTimestamp), size, ...names.map((name) => properties.get(name) ?? '')]
}
