import { parseArgs } from 'node:util'
import { CodedError, type Endpoint, parseEndpoint } from 'net-ts-protocol-kit'
import type { CaptureFormat } from './capture'
import { parseFilter } from './filter'
import type { InspectionOptions, Way } from './inspection'
import { Redaction } from './redaction'

/** What the command line asks for. */
export interface InspectorOptions {
  readonly source:
    | { readonly kind: 'capture'; readonly file: string; readonly format: CaptureFormat; readonly way: Way }
    | { readonly kind: 'listen'; readonly listen: Endpoint; readonly to: Endpoint; readonly followBrokers: boolean }
  readonly inspection: Omit<InspectionOptions, 'connection' | 'onFrame' | 'onProblem'>
  readonly isJson: boolean
}

/** Throws an error whose text is one line for the person who typed it. */
export function readInspectorOptions(args: readonly string[]): InspectorOptions | 'help' | 'version' {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  if (values.help) return 'help'
  if (values.version) return 'version'
  const bodies = choice('--bodies', values.bodies, ['summary', 'none', 'full'])
  const maxFrameBytes = count('--max-frame-bytes', values['max-frame-bytes'], 16 * 1024 * 1024, 64)
  return {
    source: values.listen === undefined ? captureSource(values, positionals) : listenSource(values, values.listen, positionals),
    isJson: values.json ?? false,
    inspection: {
      maxFrameBytes,
      ...(values.filter && { filter: parseFilter(values.filter) }),
      detail: {
        bodies,
        maxBodyBytes: count('--max-body-bytes', values['max-body-bytes'], 1024, 0),
        maxMessages: count('--max-messages', values['max-messages'], 32, 0),
        redaction: new Redaction({ showSecrets: values['show-secrets'] ?? false, names: (values.redact ?? []).flatMap(names) })
      }
    }
  }
}

const OPTIONS = {
  listen: { type: 'string' },
  to: { type: 'string' },
  'follow-brokers': { type: 'boolean' },
  format: { type: 'string' },
  direction: { type: 'string' },
  filter: { type: 'string', multiple: true },
  bodies: { type: 'string' },
  'max-body-bytes': { type: 'string' },
  'max-messages': { type: 'string' },
  'max-frame-bytes': { type: 'string' },
  redact: { type: 'string', multiple: true },
  'show-secrets': { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' }
} as const

type Values = ReturnType<typeof parseArgs<{ readonly options: typeof OPTIONS }>>['values']

function captureSource(values: Values, positionals: readonly string[]): InspectorOptions['source'] {
  const [file, ...others] = positionals
  if (file === undefined) throw invalid('give a FILE to read (- for standard input) or --listen PORT; see --help')
  if (others.length > 0) throw invalid(`one FILE at a time, not also "${others[0]}"`)
  if (values.to !== undefined || values['follow-brokers']) throw invalid('--to and --follow-brokers go with --listen')
  const direction = choice('--direction', values.direction, ['both', 'to-server', 'to-client'])
  const format = choice('--format', values.format, ['auto', 'raw', 'hex'])
  return { kind: 'capture', file, format, way: direction === 'both' ? 'either' : direction }
}

function listenSource(values: Values, listen: string, positionals: readonly string[]): InspectorOptions['source'] {
  if (positionals.length > 0) throw invalid(`either --listen or a FILE, not both ("${positionals[0]}")`)
  if (values.format !== undefined || values.direction !== undefined) throw invalid('--format and --direction go with a FILE')
  const to = endpoint('--to', values.to ?? '127.0.0.1:9876')
  if (to.port === 0) throw invalid('--to must name the port to forward to')
  const at = endpoint('--listen', listen.includes(':') ? listen : `127.0.0.1:${listen}`)
  return { kind: 'listen', listen: at, to, followBrokers: values['follow-brokers'] ?? false }
}

function endpoint(option: string, text: string): Endpoint {
  const parsed = parseEndpoint(text)
  if (parsed === undefined) throw invalid(`${option} must be HOST:PORT with a port from 0 to 65535, not "${text}"`)
  return parsed
}

function choice<Choice extends string>(option: string, text: string | undefined, choices: readonly [Choice, ...Choice[]]): Choice {
  const found = text === undefined ? choices[0] : choices.find((one) => one === text)
  if (found === undefined) throw invalid(`${option} must be one of ${choices.join(', ')}, not "${text}"`)
  return found
}

function count(option: string, text: string | undefined, usual: number, least: number): number {
  if (text === undefined) return usual
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (number >= least && number <= 0x7fffffff) return number
  throw invalid(`${option} must be a whole number of at least ${least}, not "${text}"`)
}

function names(text: string): string[] {
  return text.split(',').map((name) => name.trim())
}

function invalid(text: string): CodedError {
  return new CodedError('OPTION_INVALID', text)
}
