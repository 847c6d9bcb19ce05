import { parseArgs } from 'node:util'
import { StoreError } from '../../store-error'
import type { FindRequest } from '../find-records'
import type { RecordsRequest } from '../inspected-records'
import { readTime } from './time-text'

/** What the command line asks for. */
export interface CommandOptions {
  readonly directory: string
  readonly asked: Asked
  readonly limit: number
  readonly hasBodies: boolean
  readonly maxBodyBytes: number
  readonly isJson: boolean
  readonly index: { readonly indexSlots?: number; readonly indexEntries?: number }
}

export type Asked =
  | { readonly command: 'files' }
  | { readonly command: 'topics' }
  | { readonly command: 'groups' }
  | { readonly command: 'verify' }
  | { readonly command: 'records'; readonly request: RecordsRequest }
  | { readonly command: 'record'; readonly place: RecordPlace }
  | { readonly command: 'find'; readonly request: FindRequest }
  | { readonly command: 'find'; readonly id: string; readonly topic?: string }

/** Where one message is. */
export type RecordPlace =
  | { readonly physicalOffset: number }
  | { readonly topic: string; readonly queueId: number; readonly queueOffset: number }
  | { readonly id: string; readonly topic?: string }

/** Throws an error whose text is one line for the person who typed it. */
export function readCommandOptions(args: readonly string[]): CommandOptions | 'help' | 'version' {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  if (values.help) return 'help'
  if (values.version) return 'version'
  const [directory, command = 'files', ...others] = positionals
  if (directory === undefined || directory === '') throw invalid('give the DIR of a store; see --help')
  if (others.length > 0) throw invalid(`one command at a time, not also "${others[0]}"`)
  return {
    directory: directory.replace(/(?<=.)\/+$/, ''),
    asked: readAsked(command, values),
    limit: count('--limit', values.limit, command === 'find' ? 64 : 100, 1),
    hasBodies: values.body ?? false,
    maxBodyBytes: count('--max-body-bytes', values['max-body-bytes'], 1024, 0),
    isJson: values.json ?? false,
    index: {
      ...(values['index-slots'] !== undefined && { indexSlots: count('--index-slots', values['index-slots'], 0, 1) }),
      ...(values['index-entries'] !== undefined && { indexEntries: count('--index-entries', values['index-entries'], 0, 2) })
    }
  }
}

const OPTIONS = {
  topic: { type: 'string' },
  queue: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  offset: { type: 'string' },
  key: { type: 'string' },
  tag: { type: 'string' },
  id: { type: 'string' },
  limit: { type: 'string' },
  body: { type: 'boolean' },
  'max-body-bytes': { type: 'string' },
  json: { type: 'boolean' },
  'index-slots': { type: 'string' },
  'index-entries': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' }
} as const

type Values = ReturnType<typeof parseArgs<{ readonly options: typeof OPTIONS }>>['values']

/** Options that go with some commands only. */
const TAKEN: ReadonlyMap<string, readonly (keyof typeof OPTIONS)[]> = new Map([
  ['files', []],
  ['topics', []],
  ['groups', []],
  ['verify', []],
  ['records', ['topic', 'queue', 'from', 'to', 'limit', 'body', 'max-body-bytes']],
  ['record', ['topic', 'queue', 'offset', 'id', 'body', 'max-body-bytes']],
  ['find', ['topic', 'from', 'to', 'key', 'tag', 'id', 'limit', 'body', 'max-body-bytes']]
])
const TAKEN_BY_ALL: readonly string[] = ['json', 'index-slots', 'index-entries']

function readAsked(command: string, values: Values): Asked {
  const taken = TAKEN.get(command)
  if (taken === undefined) throw invalid(`there is no command "${command}": ${[...TAKEN.keys()].join(', ')}`)
  const other = Object.keys(values).find((name) => !TAKEN_BY_ALL.includes(name) && !taken.some((each) => each === name))
  if (other !== undefined) throw invalid(`--${other} does not go with ${command}`)
  if (command === 'records') return { command, request: recordsRequest(values) }
  if (command === 'record') return { command, place: recordPlace(values) }
  return command === 'find' ? readFind(values) : { command: command as 'files' | 'topics' | 'groups' | 'verify' }
}

function recordsRequest({ topic, queue, from, to }: Values): RecordsRequest {
  if (queue !== undefined && topic === undefined) throw invalid('--queue goes with --topic')
  const [begin, end] = [readPlace('--from', from), readPlace('--to', to)]
  const isOfQueue = queue !== undefined
  return {
    ...(topic !== undefined && { topic }),
    ...(isOfQueue && { queueId: count('--queue', queue, 0, 0) }),
    ...(begin.offset !== undefined && { [isOfQueue ? 'fromQueueOffset' : 'fromOffset']: begin.offset }),
    ...(end.offset !== undefined && { [isOfQueue ? 'toQueueOffset' : 'toOffset']: end.offset }),
    ...(begin.time !== undefined && { fromTime: begin.time }),
    ...(end.time !== undefined && { toTime: end.time })
  }
}

function recordPlace({ topic, queue, offset, id }: Values): RecordPlace {
  if (id !== undefined) {
    if (queue !== undefined || offset !== undefined) throw invalid('--id or --offset, not both')
    return { id, ...(topic !== undefined && { topic }) }
  }
  if (offset === undefined) throw invalid('record needs --offset, --topic --queue --offset, or --id')
  if (topic === undefined && queue === undefined) return { physicalOffset: position('--offset', offset) }
  if (topic === undefined || queue === undefined) throw invalid('--topic and --queue go together')
  return { topic, queueId: count('--queue', queue, 0, 0), queueOffset: position('--offset', offset) }
}

function readFind({ topic, from, to, key, tag, id, limit }: Values): Asked {
  if ([key, tag, id].filter((each) => each !== undefined).length !== 1) throw invalid('find needs one of --key, --tag and --id')
  const ofTopic = topic === undefined ? {} : { topic }
  if (id !== undefined) {
    const other = [from, to, limit].some((each) => each !== undefined)
    if (other) throw invalid('--from, --to and --limit do not go with --id')
    return { command: 'find', id, ...ofTopic }
  }
  const [begin, end] = [readPlace('--from', from), readPlace('--to', to)]
  if (begin.offset !== undefined || end.offset !== undefined) throw invalid('--from and --to of find are times')
  const times = { ...(begin.time !== undefined && { fromTime: begin.time }), ...(end.time !== undefined && { toTime: end.time }) }
  const wanted = tag === undefined ? { key: key ?? '' } : { key: tag, indexType: 'T' as const }
  return { command: 'find', request: { ...wanted, ...ofTopic, ...times, limit: count('--limit', limit, 64, 1) } }
}

function readPlace(option: string, text: string | undefined): { readonly offset?: number; readonly time?: number } {
  if (text === undefined) return {}
  if (/^\d+$/.test(text)) return { offset: position(option, text) }
  const time = readTime(text)
  if (time === undefined) throw invalid(`${option} must be an offset or a time such as 2026-11-21T18:30, not "${text}"`)
  return { time }
}

function position(option: string, text: string): number {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(number)) return number
  throw invalid(`${option} must be a whole number, not "${text}"`)
}

function count(option: string, text: string | undefined, usual: number, least: number): number {
  if (text === undefined) return usual
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (number >= least && number <= 0x7fffffff) return number
  throw invalid(`${option} must be a whole number of at least ${least}, not "${text}"`)
}

function invalid(text: string): StoreError {
  return new StoreError('OPTION_INVALID', text)
}
