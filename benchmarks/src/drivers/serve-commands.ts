import { createInterface } from 'node:readline'

export type Values = Readonly<Record<string, string>>
export type Command = (values: Values) => Promise<unknown> | unknown

/**
 * The child's side of {@link Driver}: says that it is ready, then answers one command per line of stdin, and ends when that ends:
 * nobody is left when the benchmark is killed.
 */
export function serveCommands(ready: object, commands: Readonly<Record<string, Command>>): void {
  say({ ready })
  let last: Promise<void> = Promise.resolve()
  createInterface({ input: process.stdin })
    .on('line', (line) => {
      last = last.then(() => answer(line, commands))
    })
    .on('close', () => process.exit(0))
}

/** Tells the benchmark why there is nothing to serve, and ends. */
export function refuse(error: unknown): never {
  say({ error: text(error) })
  process.exit(1)
}

async function answer(line: string, commands: Readonly<Record<string, Command>>): Promise<void> {
  const [name = '', ...rest] = line.trim().split(' ')
  const values = Object.fromEntries(rest.map((pair) => pair.split('=', 2)))
  try {
    const command = commands[name]
    if (command === undefined) throw new Error(`there is no command ${name}`)
    say({ ok: (await command(values)) ?? null })
  } catch (error) {
    say({ error: text(error) })
  }
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
