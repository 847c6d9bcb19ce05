import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Command, type Ended } from './command'

export const root = resolve(__dirname, '..', '..')
export const examplesFolder = join(root, 'examples')

/** Longest a command of an example may take on a loaded machine. */
export const COMMAND_MS = 90_000

/** The examples there are, by the names of their folders. */
export const exampleNames: readonly string[] = readdirSync(examplesFolder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort()

export interface CommandOptions {
  /** Added to the command, so that a test can say where reports go. */
  readonly more?: string
  readonly env?: Readonly<Record<string, string>>
}

/** An example as somebody uses it who reads its README: by the commands that stand there, and no others. */
export class Example {
  readonly #folder: string
  readonly #commands: ReadonlySet<string>
  readonly #env: Readonly<Record<string, string>>

  /** @param nameservers of the cluster to run against; not needed by commands that bring their own. */
  constructor(name: string, nameservers = '127.0.0.1:1') {
    this.#folder = join(examplesFolder, name)
    this.#commands = new Set(commandsOf(name))
    this.#env = { ROCKETMQ_NAMESERVERS: nameservers, HEALTH_PORT: '0', PORT: '0' }
  }

  /** Runs a command of the README to its end. */
  run(command: string, options: CommandOptions = {}): Promise<Ended> {
    return this.start(command, options).endedWithin(COMMAND_MS)
  }

  /** Starts a command of the README, which runs until it is told to end. */
  start(command: string, { more = '', env = {} }: CommandOptions = {}): Command {
    if (!this.#commands.has(command)) throw new Error(`"${command}" is not in ${join(this.#folder, 'README.md')}`)
    return new Command(`${command} ${more}`, this.#folder, { ...this.#env, ...env })
  }
}

/** Builds an example with the command of its README. */
export async function built(name: string): Promise<void> {
  const { code, output } = await new Example(name).run('npm run build')
  if (code !== 0) throw new Error(`${name} was not built:\n${output}`)
}

/** Every line of the shell blocks of an example's README, without comments. */
export function commandsOf(name: string): string[] {
  const readme = readFileSync(join(examplesFolder, name, 'README.md'), 'utf8')
  return [...readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
    .flatMap(([, block = '']) => block.split('\n'))
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '')
}
