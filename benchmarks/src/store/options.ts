import { parseArgs } from 'node:util'
import { fullStorePlan, quickStorePlan, type StorePlan } from './plan'

/** What can be measured, in that order. */
export const storeParts = ['append', 'senders', 'hot', 'cold', 'recovery', 'footprint'] as const
export type StorePart = (typeof storeParts)[number]

export interface StoreBenchOptions {
  readonly plan: StorePlan
  readonly parts: readonly StorePart[]
  /** Where the Markdown goes besides stdout. */
  readonly out: string | undefined
}

export const storeUsage = `npm run bench:store -- [options]

  --quick             less of everything: that it works, not how fast it is
  --only PART[,PART]  these alone: ${storeParts.join(', ')}
  --out FILE.md       writes the report there too
  --help`

/** An option that cannot be; the text says which. */
export class StoreBenchOptionError extends Error {
  readonly code = 'OPTION_INVALID'
}

/** The options, or `'help'`. @throws StoreBenchOptionError */
export function readStoreOptions(args: readonly string[]): StoreBenchOptions | 'help' {
  const values = parse(args)
  if (values.help) return 'help'
  if (values.out !== undefined && !values.out.endsWith('.md')) throw new StoreBenchOptionError('--out: must name a Markdown file (….md)')
  return { plan: values.quick ? quickStorePlan : fullStorePlan, parts: partsOf(values.only), out: values.out }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean', default: false },
        only: { type: 'string' },
        out: { type: 'string' },
        help: { type: 'boolean', default: false }
      }
    }).values
  } catch (error) {
    throw new StoreBenchOptionError(error instanceof Error ? error.message : String(error))
  }
}

function partsOf(only: string | undefined): readonly StorePart[] {
  if (only === undefined) return storeParts
  const wanted = only.split(',')
  const unknown = wanted.find((name) => !storeParts.some((part) => part === name))
  if (unknown !== undefined) throw new StoreBenchOptionError(`--only: there is no "${unknown}". Known: ${storeParts.join(', ')}`)
  return storeParts.filter((part) => wanted.includes(part))
}
