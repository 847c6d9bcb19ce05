import type { StoreError } from '@rocketmq-ts/store'
import { CodedError } from 'net-ts-protocol-kit'
import { startServer } from '../server'
import type { ServerOptions } from '../server-options'
import { readOptions } from './read-options'
import type { CliSurroundings } from './surroundings'

/** Runs the command `rocketmq-ts-server` and resolves with its exit code: when it has ended, not when it serves. */
export async function runCli(args: readonly string[], around: CliSurroundings): Promise<number> {
  try {
    const failure = new StoreFailure()
    const options = readOptions(args, around, failure)
    if (typeof options === 'string') around.print(options)
    else await serve(options, around, failure)
    return 0
  } catch (error) {
    around.printError(`rocketmq-ts-server: ${problemText(error)}`)
    return 1
  }
}

/** The failure of the store while it serves. */
class StoreFailure {
  /** Rejects when the disk fails. */
  readonly told: Promise<never>
  onFailure: (failure: StoreError) => void = () => {}

  constructor() {
    this.told = new Promise((_resolve, reject) => {
      this.onFailure = reject
    })
    // Nobody waits for it before the server serves.
    this.told.catch(() => {})
  }
}

/** Options of `startServer` that errors name, as they are called here. */
const FLAGS: ReadonlyMap<unknown, string> = new Map([
  ['nameserverPort', '--nameserver-port'],
  ['brokerPort', '--broker-port'],
  ['storeDirectory', '--store'],
  ['commitLogFileBytes', '--file-size']
])

/** In the words of the command line; who mistyped an option hears where they all are. */
function problemText(error: unknown): string {
  const { message = String(error), code = '' } = error as { readonly message?: string; readonly code?: string }
  const option = error instanceof CodedError ? error.facts['option'] : undefined
  const flag = FLAGS.get(option)
  if (flag !== undefined) return message.replaceAll(String(option), flag)
  return code.startsWith('ERR_PARSE_ARGS') ? `${message} (see --help)` : message
}

/** Serves until it is told to end or its store fails, and closes in good order; who asks twice does not want to wait for that. */
async function serve(options: ServerOptions, around: CliSurroundings, failure: StoreFailure): Promise<void> {
  const server = await startServer(options)
  // Who reads the line may end it at once.
  const end = untilTold(around)
  const store = options.storeDirectory ?? 'in memory'
  around.print(`nameserver ${server.nameserverAddress}   broker ${server.brokerAddress}   store ${store}   (Ctrl-C ends it)`)
  try {
    await Promise.race([end, failure.told])
  } finally {
    await server.close()
  }
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
