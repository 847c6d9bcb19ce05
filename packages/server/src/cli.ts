#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { CodedError, type Logger } from 'net-ts-protocol-kit'
import { type Server, startServer } from './server'
import type { ServerOptions } from './server-options'

const USAGE = `rocketmq-ts-server [options]: a RocketMQ nameserver and broker in one process, for development and tests

  --host HOST                   address to listen on (127.0.0.1)
  --nameserver-port PORT        port of the nameserver, 0 for any (9876)
  --broker-port PORT            port of the broker, 0 for any (10911)
  --advertised-address ADDRESS  host or host:port under which clients reach the broker
  --name NAME                   name of the broker (broker-a)
  --cluster NAME                name of the cluster (DefaultCluster)
  --delay-levels LEVELS         how long each delay level waits ("1s 5s 10s 30s 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 20m 30m 1h 2h")
  --help
  --version

Messages are kept in memory. Ctrl-C ends it.`

async function main(): Promise<void> {
  try {
    const options = readOptions()
    if (typeof options === 'string') console.log(options)
    else await serve(options)
  } catch (error) {
    console.error(`rocketmq-ts-server: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
}

/** The options, or a text to print in place of starting. */
function readOptions(): ServerOptions | string {
  const { values } = parseArgs({
    options: {
      host: { type: 'string' },
      'nameserver-port': { type: 'string' },
      'broker-port': { type: 'string' },
      'advertised-address': { type: 'string' },
      name: { type: 'string' },
      cluster: { type: 'string' },
      'delay-levels': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean', short: 'v' }
    }
  })
  if (values.help) return USAGE
  if (values.version) return packageVersion()
  return {
    logger: consoleLogger,
    ...given('host', values.host),
    ...given('nameserverPort', port('--nameserver-port', values['nameserver-port'])),
    ...given('brokerPort', port('--broker-port', values['broker-port'])),
    ...given('advertisedAddress', values['advertised-address']),
    ...given('brokerName', values.name),
    ...given('clusterName', values.cluster),
    ...given('delayLevels', values['delay-levels'])
  }
}

async function serve(options: ServerOptions): Promise<void> {
  const server = await startServer(options)
  console.log(`nameserver ${server.nameserverAddress}   broker ${server.brokerAddress}   (Ctrl-C ends it)`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end(server))
}

let isEnding = false

/** Closes in good order, after which nothing keeps the process; a second signal does not wait for it. */
async function end(server: Server): Promise<void> {
  if (isEnding) process.exit(1)
  isEnding = true
  await server.close()
}

function given<Name extends string, Value>(name: Name, value: Value | undefined): Partial<Record<Name, Value>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, Value>)
}

function port(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new CodedError('OPTION_INVALID', `${option} must be a whole number from 0 to 65535, not "${text}"`)
}

function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8')) as { version: string }
  return version
}

/** Only what went wrong is worth a line. */
const consoleLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: (message, facts) => console.error(message, facts ?? ''),
  error: (message, facts) => console.error(message, facts ?? '')
}

void main()
