import type { MessageRecord } from '@rocketmq-ts/remoting/wire'
import type { RecoveryProgress } from '../../disk/disk-options'
import type { DamagedRange } from '../../disk/recovery/damage'
import type { StoreFiles } from '../../files/store-files'
import { openInspection, type StoreInspection } from '../open-inspection'
import { type Asked, type CommandOptions, type RecordPlace, readCommandOptions } from './command-options'
import { fileLines } from './file-lines'
import { recordFacts, recordLines } from './record-facts'
import { contentLines, RecordPrinter } from './record-printer'
import { findingLine, groupLines, topicLines, verifyLines } from './report-lines'
import { jsonLine, safeText } from './safe-text'
import { USAGE } from './usage'

/** The process around the command line. */
export interface StoreInspectorSurroundings {
  readonly version: string
  /** Prints a line; `false` when whoever reads it is behind, see {@link drained}. */
  print(line: string): boolean
  /** Resolves when what was printed has been taken. */
  drained(): Promise<void>
  printError(line: string): void
  /** Shows how far a long look is, in place of what it showed before; empty: nothing any more. */
  showProgress(text: string): void
  /** Default: the disks of this machine. */
  readonly files?: StoreFiles
}

/** Runs the command `rocketmq-ts-store` and resolves with its exit code. */
export async function runStoreInspector(args: readonly string[], around: StoreInspectorSurroundings): Promise<number> {
  try {
    const options = readCommandOptions(args)
    if (options === 'help') around.print(USAGE)
    else if (options === 'version') around.print(around.version)
    else return await new StoreCommand(options, around).run()
    return 0
  } catch (error) {
    around.showProgress('')
    const text = error instanceof Error ? error.message : String(error)
    around.printError(`rocketmq-ts-store: ${safeText(text.replaceAll(/\s*\n\s*/g, ' '))}`)
    return 2
  }
}

const FOUND = 0
const NOT_ALL = 1

class StoreCommand {
  readonly #options: CommandOptions
  readonly #around: StoreInspectorSurroundings
  readonly #inspection: StoreInspection

  constructor(options: CommandOptions, around: StoreInspectorSurroundings) {
    const { directory, index } = options
    this.#options = options
    this.#around = around
    this.#inspection = openInspection({ directory, ...index, ...(around.files && { files: around.files }) })
  }

  async run(): Promise<number> {
    const { asked } = this.#options
    if (asked.command === 'files') await this.#files()
    else if (asked.command === 'topics') await this.#rows('topic', await this.#inspection.topics(), topicLines)
    else if (asked.command === 'groups') await this.#rows('group', this.#inspection.groups(), groupLines)
    else if (asked.command === 'verify') return this.#verify()
    else if (asked.command === 'records') return this.#records(asked)
    else if (asked.command === 'record') return this.#record(asked.place)
    else return this.#find(asked)
    return FOUND
  }

  async #files(): Promise<void> {
    const found = this.#inspection.files()
    const { files, ...state } = found
    if (this.#options.isJson)
      await this.#printAll([{ type: 'store', ...state }, ...files.map((file) => ({ type: 'file', ...file }))].map(jsonLine))
    else await this.#printAll(fileLines(found))
  }

  async #rows<Row extends object>(type: string, rows: readonly Row[], lines: (rows: readonly Row[]) => string[]): Promise<void> {
    await this.#printAll(this.#options.isJson ? rows.map((row) => jsonLine({ type, ...row })) : lines(rows))
  }

  async #records({ request }: Extract<Asked, { readonly command: 'records' }>): Promise<number> {
    const { limit, isJson } = this.#options
    const printer = this.#printer()
    let code = FOUND
    let shown = 0
    const onDamage = (range: DamagedRange): void => {
      code = NOT_ALL
      this.#tellDamage(range)
    }
    for await (const record of this.#inspection.records({ ...request, onDamage })) {
      if (shown === limit) {
        await printer.finish()
        await this.#print(isJson ? jsonLine({ type: 'more', limit }) : `… and more: --limit is ${limit}`)
        return code
      }
      shown++
      await printer.add(record)
    }
    await printer.finish()
    return code
  }

  async #record(place: RecordPlace): Promise<number> {
    const found = await this.#recordOf(place)
    if (typeof found === 'string') {
      this.#around.printError(`rocketmq-ts-store: ${found}`)
      return NOT_ALL
    }
    const { isJson, hasBodies, maxBodyBytes } = this.#options
    if (isJson) await this.#print(jsonLine({ type: 'record', ...recordFacts(found, this.#options) }))
    else await this.#printAll(recordLines(found, this.#options).map(([name, value]) => `${name.padEnd(26)}${safeText(value)}`))
    if (!isJson && hasBodies) await this.#printAll(contentLines(found, maxBodyBytes))
    return FOUND
  }

  async #recordOf(place: RecordPlace): Promise<MessageRecord | string> {
    if ('id' in place) return (await this.#inspection.findById(place.id, place.topic)).at(-1) ?? 'there is no message with that id'
    if ('physicalOffset' in place) {
      const found = await this.#inspection.recordAt(place.physicalOffset)
      return 'record' in found ? found.record : `log offset ${place.physicalOffset}: ${found.problem}`
    }
    const { topic, queueId, queueOffset } = place
    const range = { fromQueueOffset: queueOffset, toQueueOffset: queueOffset + 1 }
    let isDamaged = false
    const onDamage = (): void => {
      isDamaged = true
    }
    for await (const record of this.#inspection.records({ topic, queueId, ...range, onDamage })) return record
    return `${topic}/${queueId} offset ${queueOffset}: ${isDamaged ? 'the message is damaged' : 'there is no message'}`
  }

  async #find(asked: Extract<Asked, { readonly command: 'find' }>): Promise<number> {
    const records =
      'id' in asked ? await this.#inspection.findById(asked.id, asked.topic) : (await this.#inspection.find(asked.request)).records
    const printer = this.#printer()
    for (const record of records) await printer.add(record)
    await printer.finish()
    if (records.length === 0 && !this.#options.isJson) this.#around.printError('rocketmq-ts-store: there is no such message')
    return records.length > 0 ? FOUND : NOT_ALL
  }

  async #verify(): Promise<number> {
    const { isJson } = this.#options
    const report = await this.#inspection.verify({
      onProgress: (progress) => this.#showProgress(progress),
      onFinding: (finding) => this.#around.print(isJson ? jsonLine({ type: 'finding', ...finding }) : findingLine(finding))
    })
    this.#around.showProgress('')
    const { findings: _told, ...rest } = report
    await this.#printAll(isJson ? [jsonLine({ type: 'verified', ...rest })] : verifyLines(report))
    return report.isSound ? FOUND : NOT_ALL
  }

  #printer(): RecordPrinter {
    return new RecordPrinter((line) => this.#print(line), this.#options)
  }

  #tellDamage(range: DamagedRange): void {
    const { topic, queueId, queueOffset, from, to } = range
    const whose = topic === undefined ? '' : ` (${topic}/${queueId} offset ${queueOffset})`
    if (this.#options.isJson) this.#around.print(jsonLine({ type: 'damage', ...range }))
    else this.#around.printError(safeText(`rocketmq-ts-store: left out, damaged: ${to - from} bytes at log offset ${from}${whose}`))
  }

  #showProgress({ doneBytes, totalBytes }: RecoveryProgress): void {
    this.#around.showProgress(`${Math.floor((100 * doneBytes) / Math.max(1, totalBytes))} % of the log`)
  }

  async #printAll(lines: readonly string[]): Promise<void> {
    for (const line of lines) await this.#print(line)
  }

  async #print(line: string): Promise<void> {
    if (!this.#around.print(line)) await this.#around.drained()
  }
}
