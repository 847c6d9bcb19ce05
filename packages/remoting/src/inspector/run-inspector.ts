import { type Clock, type Network, realClock, realNetwork } from 'net-ts-protocol-kit'
import { Capture } from './capture'
import { Forwarder } from './forwarder'
import { humanLines } from './human-lines'
import { Inspection, type Way } from './inspection'
import { type InspectorOptions, readInspectorOptions } from './inspector-options'
import { jsonLine } from './json-line'
import { coloured, plain } from './paint'
import { USAGE } from './usage'
import type { WireEvent } from './wire-event'

/** The process around the command line. */
export interface InspectorSurroundings {
  readonly version: string
  /** Whether output goes to a terminal that may be given colours. */
  readonly hasColours: boolean
  /** Prints a line; `false` when whoever reads it is behind, see {@link drained}. */
  print(line: string): boolean
  /** Resolves when what was printed has been taken. */
  drained(): Promise<void>
  printError(line: string): void
  /** The bytes of a file, of standard input for `-`. */
  read(file: string): AsyncIterable<Buffer>
  /** Calls back at each request to end (Ctrl-C, SIGTERM). */
  onEnd(listener: () => void): void
  /** Ends the process without further ado. */
  abort(): void
  /** Default: the real ones. */
  readonly clock?: Clock
  readonly network?: Network
}

/** Runs the command `rocketmq-ts-wire` and resolves with its exit code. */
export async function runInspector(args: readonly string[], around: InspectorSurroundings): Promise<number> {
  try {
    const options = readInspectorOptions(args)
    if (options === 'help') around.print(USAGE)
    else if (options === 'version') around.print(around.version)
    else return await inspect(options, around)
    return 0
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    around.printError(`rocketmq-ts-wire: ${text.replaceAll(/\s*\n\s*/g, ' ')}`)
    return 1
  }
}

function inspect(options: InspectorOptions, around: InspectorSurroundings): Promise<number> {
  const { source } = options
  return source.kind === 'capture' ? readCapture(source, options, around) : forward(source, options, around)
}

type Source<Kind> = InspectorOptions['source'] & { readonly kind: Kind }

/** A capture waits for who reads the output. */
async function readCapture(source: Source<'capture'>, options: InspectorOptions, around: InspectorSurroundings): Promise<number> {
  const printLines = printer(options, around)
  let isBehind = false
  let exitCode = 0
  const inspection = new Inspection(options.inspection, (event) => {
    if (event.type === 'problem' && event.problem !== 'unanswered') exitCode = 2
    isBehind = !printLines(event) || isBehind
  })
  const ways = new Set<Way>()
  const capture = new Capture(source.format, source.way, (way, bytes) => {
    ways.add(way)
    inspection.push(way, bytes)
  })
  for await (const chunk of around.read(source.file)) {
    capture.push(chunk)
    if (isBehind) await around.drained()
    isBehind = false
  }
  capture.end()
  for (const way of ways) inspection.end(way)
  inspection.finish()
  if (ways.size === 0) around.printError('rocketmq-ts-wire: nothing was in it')
  return exitCode
}

/** Connections do not wait for who reads the output: lines are left out instead, and counted. */
async function forward(source: Source<'listen'>, options: InspectorOptions, around: InspectorSurroundings): Promise<number> {
  const printLines = printer(options, around)
  const { clock = realClock, network = realNetwork } = around
  let leftOut = 0
  let isBehind = false
  const catchUp = (): void => {
    isBehind = false
    if (leftOut > 0) around.printError(`rocketmq-ts-wire: ${leftOut} events are not shown: the output was not read fast enough`)
    leftOut = 0
  }
  const forwarder = new Forwarder({ ...source, clock, network, inspection: options.inspection }, (event) => {
    if (isBehind) leftOut++
    else if (!printLines(event)) {
      isBehind = true
      void around.drained().then(catchUp)
    }
  })
  await forwarder.start()
  await told(around)
  await forwarder.close()
  return 0
}

/** Who asks to end twice does not want to wait. */
function told(around: InspectorSurroundings): Promise<void> {
  return new Promise((resolve) => {
    let isEnding = false
    around.onEnd(() => {
      if (isEnding) around.abort()
      isEnding = true
      resolve()
    })
  })
}

/** Prints an event; `false` when the output is behind. */
function printer({ inspection, isJson }: InspectorOptions, around: InspectorSurroundings): (event: WireEvent) => boolean {
  const { maxBodyBytes, bodies } = inspection.detail
  const human = { paint: around.hasColours ? coloured : plain, maxBodyBytes, isFull: bodies === 'full' }
  return (event) => around.print(isJson ? jsonLine(event, maxBodyBytes) : humanLines(event, human).join('\n'))
}
