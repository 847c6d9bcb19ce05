import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Clock, CodedError, type Logger, type Network } from 'net-ts-protocol-kit'
import { startServer } from '../server'
import type { ServerOptions } from '../server-options'
import { type ServerTlsOptions, TLS_MODES } from '../server-tls'

const USAGE = `rocketmq-ts-server [options]: a RocketMQ nameserver and broker in one process, for development and tests

  --host HOST                   address to listen on (127.0.0.1)
  --nameserver-port PORT        port of the nameserver, 0 for any (9876)
  --broker-port PORT            port of the broker, 0 for any (10911)
  --advertised-address ADDRESS  host or host:port under which clients reach the broker
  --name NAME                   name of the broker (broker-a)
  --cluster NAME                name of the cluster (DefaultCluster)
  --delay-levels LEVELS         how long each delay level waits ("1s 5s 10s 30s 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 20m 30m 1h 2h")
  --tls-cert FILE               certificate to speak TLS with, PEM
  --tls-key FILE                its key, PEM
  --tls-mode MODE               who may come in: disabled, permissive (with and without TLS), enforcing (only with); (enforcing)
  --help
  --version

Messages are kept in memory. Ctrl-C ends it.`

/** The process around a command line. */
export interface CliSurroundings {
  readonly version: string
  print(line: string): void
  printError(line: string, facts?: object): void
  /** Calls back at each request to end (Ctrl-C, SIGTERM). */
  onEnd(listener: () => void): void
  /** Ends the process without further ado. */
  abort(): void
  /** Default: the real ones. */
  readonly clock?: Clock
  readonly network?: Network
}

/** Runs the command `rocketmq-ts-server` and resolves with its exit code: when it has ended, not when it serves. */
export async function runCli(args: readonly string[], around: CliSurroundings): Promise<number> {
  try {
    const options = readOptions(args, around)
    if (typeof options === 'string') around.print(options)
    else await serve(options, around)
    return 0
  } catch (error) {
    around.printError(`rocketmq-ts-server: ${problemText(error)}`)
    return 1
  }
}

/** Options of `startServer` that errors name, as they are called here. */
const FLAGS: ReadonlyMap<unknown, string> = new Map([
  ['nameserverPort', '--nameserver-port'],
  ['brokerPort', '--broker-port']
])

/** In the words of the command line; who mistyped an option hears where they all are. */
function problemText(error: unknown): string {
  const { message = String(error), code = '' } = error as { readonly message?: string; readonly code?: string }
  const option = error instanceof CodedError ? error.facts['option'] : undefined
  const flag = FLAGS.get(option)
  if (flag !== undefined) return message.replaceAll(String(option), flag)
  return code.startsWith('ERR_PARSE_ARGS') ? `${message} (see --help)` : message
}

/** The options, or a text to print in place of starting. */
function readOptions(args: readonly string[], around: CliSurroundings): ServerOptions | string {
  const { values } = parseArgs({
    args: [...args],
    options: {
      host: { type: 'string' },
      'nameserver-port': { type: 'string' },
      'broker-port': { type: 'string' },
      'advertised-address': { type: 'string' },
      name: { type: 'string' },
      cluster: { type: 'string' },
      'delay-levels': { type: 'string' },
      'tls-cert': { type: 'string' },
      'tls-key': { type: 'string' },
      'tls-mode': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean', short: 'v' }
    }
  })
  if (values.help) return USAGE
  if (values.version) return around.version
  return {
    logger: warnings(around),
    ...given('clock', around.clock),
    ...given('network', around.network),
    ...given('host', values.host),
    ...given('nameserverPort', port('--nameserver-port', values['nameserver-port'])),
    ...given('brokerPort', port('--broker-port', values['broker-port'])),
    ...given('advertisedAddress', values['advertised-address']),
    ...given('brokerName', values.name),
    ...given('clusterName', values.cluster),
    ...given('delayLevels', values['delay-levels']),
    ...given('tls', tls(values['tls-mode'], values['tls-cert'], values['tls-key']))
  }
}

/** Serves until it is told to end, and closes in good order; who asks twice does not want to wait for that. */
async function serve(options: ServerOptions, around: CliSurroundings): Promise<void> {
  const server = await startServer(options)
  // Who reads the line may end it at once.
  const end = untilTold(around)
  around.print(`nameserver ${server.nameserverAddress}   broker ${server.brokerAddress}   (Ctrl-C ends it)`)
  await end
  await server.close()
}

function untilTold(around: CliSurroundings): Promise<void> {
  return new Promise((resolve) => {
    let isEnding = false
    around.onEnd(() => {
      if (isEnding) around.abort()
      isEnding = true
      resolve()
    })
  })
}

function given<Name extends string, Value>(name: Name, value: Value | undefined): Partial<Record<Name, Value>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, Value>)
}

function port(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new CodedError('OPTION_INVALID', `${option} must be a whole number from 0 to 65535, not "${text}"`)
}

function tls(mode: string | undefined, cert: string | undefined, key: string | undefined): ServerTlsOptions | undefined {
  if (mode === undefined && cert === undefined && key === undefined) return undefined
  const known = TLS_MODES.find((one) => one === mode)
  if (mode !== undefined && known === undefined) {
    throw new CodedError('OPTION_INVALID', `--tls-mode must be one of ${TLS_MODES.join(', ')}, not "${mode}"`)
  }
  return { ...given('mode', known), ...given('cert', file('--tls-cert', cert)), ...given('key', file('--tls-key', key)) }
}

function file(option: string, path: string | undefined): Buffer | undefined {
  if (path === undefined) return undefined
  try {
    return readFileSync(path)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new CodedError('OPTION_INVALID', `${option} cannot be read: ${reason}`, { cause })
  }
}

/** Only what went wrong is worth a line. */
function warnings(around: CliSurroundings): Logger {
  const print = (message: string, facts?: object): void => around.printError(message, facts)
  return { debug: () => {}, info: () => {}, warn: print, error: print }
}
