import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { CodedError, type Logger } from 'net-ts-protocol-kit'
import type { ServerOptions } from '../server-options'
import { type ServerTlsOptions, TLS_MODES } from '../server-tls'
import { given } from './given'
import { STORE_ARGUMENTS, type StoreEvents, storeOptions } from './store-arguments'
import type { CliSurroundings } from './surroundings'

const USAGE = `rocketmq-ts-server [options]: a RocketMQ nameserver and broker in one process, for development and tests

  --host HOST                   address to listen on (127.0.0.1)
  --nameserver-port PORT        port of the nameserver, 0 for any (9876)
  --broker-port PORT            port of the broker, 0 for any (10911)
  --advertised-address ADDRESS  host or host:port under which clients reach the broker
  --name NAME                   name of the broker (broker-a)
  --cluster NAME                name of the cluster (DefaultCluster)
  --store DIR                   directory to keep messages in, in RocketMQ's own files (./rocketmq-store)
  --memory                      keep messages in memory: when the command ends they are gone
  --flush MODE                  when a message counts as stored: async, once the system has it; sync, once it is on the disk (async)
  --file-size SIZE              length of a file of the commit log in a new store, such as 64m (1g)
  --delay-levels LEVELS         how long each delay level waits ("1s 5s 10s 30s 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 20m 30m 1h 2h")
  --tls-cert FILE               certificate to speak TLS with, PEM
  --tls-key FILE                its key, PEM
  --tls-mode MODE               who may come in: disabled, permissive (with and without TLS), enforcing (only with); (enforcing)
  --help
  --version

Ctrl-C ends it; who starts it again with the same store has all messages, topics and offsets.`

/** The options, or a text to print in place of starting. */
export function readOptions(args: readonly string[], around: CliSurroundings, events: StoreEvents): ServerOptions | string {
  const { values } = parseArgs({
    args: [...args],
    options: {
      host: { type: 'string' },
      'nameserver-port': { type: 'string' },
      'broker-port': { type: 'string' },
      'advertised-address': { type: 'string' },
      name: { type: 'string' },
      cluster: { type: 'string' },
      ...STORE_ARGUMENTS,
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
    ...storeOptions(values, around, events),
    ...given('tls', tls(values['tls-mode'], values['tls-cert'], values['tls-key']))
  }
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
